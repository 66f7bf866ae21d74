mod words;

use std::fs::File;
use std::io::{self, BufReader};
use std::process::ExitCode;

use words::Words;

struct Options {
    wanted: usize,
    files: Vec<String>,
}

fn options() -> Option<Options> {
    let mut args = std::env::args().skip(1).peekable();
    let mut wanted = 10;
    if args.peek().map(String::as_str) == Some("-n") {
        args.next();
        wanted = args.next()?.parse().ok().filter(|&count| count > 0)?;
    }
    Some(Options { wanted, files: args.collect() })
}

fn main() -> ExitCode {
    let Options { wanted, files } = match options() {
        Some(options) => options,
        None => {
            eprintln!("usage: {{name}} [-n COUNT] [FILE]...");
            eprintln!("Prints the most frequent words of the files, or of what is typed.");
            return ExitCode::from(2);
        }
    };

    let mut words = Words::default();
    if files.is_empty() {
        if let Err(error) = words.read(io::stdin().lock()) {
            eprintln!("{{name}}: can't read standard input: {}", error);
            return ExitCode::FAILURE;
        }
    }
    for path in &files {
        if let Err(error) = File::open(path).and_then(|file| words.read(BufReader::new(file))) {
            eprintln!("{{name}}: can't read {}: {}", path, error);
            return ExitCode::FAILURE;
        }
    }

    for (word, count) in words.sorted().into_iter().take(wanted) {
        println!("{:6}  {}", count, word);
    }
    println!("{:6}  words, {} different", words.total(), words.different());
    ExitCode::SUCCESS
}
