package words

import (
	"strings"
	"testing"
)

func TestCountsWithoutRegardToCase(t *testing.T) {
	var words Words
	if err := words.Read(strings.NewReader("One two, ONE; three!")); err != nil {
		t.Fatal(err)
	}
	if first := words.Sorted()[0]; first != (Entry{"one", 2}) {
		t.Errorf("the most frequent word is %v", first)
	}
	if words.Total() != 4 || words.Different() != 3 {
		t.Errorf("%d words, %d different", words.Total(), words.Different())
	}
}
