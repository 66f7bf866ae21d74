package main

import (
	"flag"
	"fmt"
	"os"

	"{{name}}/words"
)

func readFile(into *words.Words, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return into.Read(file)
}

func main() {
	wanted := flag.Int("n", 10, "how many words to print")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: {{name}} [-n COUNT] [FILE]...")
		fmt.Fprintln(os.Stderr, "Prints the most frequent words of the files, or of what is typed.")
	}
	flag.Parse()
	if *wanted < 1 {
		flag.Usage()
		os.Exit(2)
	}

	var counted words.Words
	if flag.NArg() == 0 {
		if err := counted.Read(os.Stdin); err != nil {
			fmt.Fprintln(os.Stderr, "{{name}}: can't read standard input:", err)
			os.Exit(1)
		}
	}
	for _, path := range flag.Args() {
		if err := readFile(&counted, path); err != nil {
			fmt.Fprintln(os.Stderr, "{{name}}: can't read", path+":", err)
			os.Exit(1)
		}
	}

	for i, entry := range counted.Sorted() {
		if i == *wanted {
			break
		}
		fmt.Printf("%6d  %s\n", entry.Count, entry.Word)
	}
	fmt.Printf("%6d  words, %d different\n", counted.Total(), counted.Different())
}
