// Package words counts how often each word of a text occurs.
package words

import (
	"bufio"
	"io"
	"sort"
	"strings"
	"unicode"
)

// Words holds the counts; its zero value is empty.
type Words struct {
	counts map[string]int
	total  int
}

// Entry is a word and how often it occurs.
type Entry struct {
	Word  string
	Count int
}

// Read adds every word of a text.
func (w *Words) Read(from io.Reader) error {
	if w.counts == nil {
		w.counts = make(map[string]int)
	}
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		for _, word := range strings.FieldsFunc(lines.Text(), func(r rune) bool { return !unicode.IsLetter(r) }) {
			w.counts[strings.ToLower(word)]++
			w.total++
		}
	}
	return lines.Err()
}

// Sorted gives the words, most frequent first.
func (w *Words) Sorted() []Entry {
	entries := make([]Entry, 0, len(w.counts))
	for word, count := range w.counts {
		entries = append(entries, Entry{word, count})
	}
	sort.Slice(entries, func(i, j int) bool {
		if entries[i].Count != entries[j].Count {
			return entries[i].Count > entries[j].Count
		}
		return entries[i].Word < entries[j].Word
	})
	return entries
}

// Total is how many words were read.
func (w *Words) Total() int { return w.total }

// Different is how many different words were read.
func (w *Words) Different() int { return len(w.counts) }
