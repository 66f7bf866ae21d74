use std::collections::HashMap;
use std::io::{self, BufRead};

/// How often each word of a text occurs.
#[derive(Default)]
pub struct Words {
    counts: HashMap<String, usize>,
    total: usize,
}

impl Words {
    /// Adds every word of a text.
    pub fn read(&mut self, from: impl BufRead) -> io::Result<()> {
        for line in from.lines() {
            let line = line?;
            for word in line.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
                *self.counts.entry(word.to_lowercase()).or_default() += 1;
                self.total += 1;
            }
        }
        Ok(())
    }

    /// The words, most frequent first.
    pub fn sorted(&self) -> Vec<(&str, usize)> {
        let mut entries: Vec<_> = self.counts.iter().map(|(word, &count)| (word.as_str(), count)).collect();
        entries.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        entries
    }

    pub fn total(&self) -> usize {
        self.total
    }

    pub fn different(&self) -> usize {
        self.counts.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_without_regard_to_case() {
        let mut words = Words::default();
        words.read("One two, ONE; three!".as_bytes()).unwrap();
        assert_eq!(words.sorted()[0], ("one", 2));
        assert_eq!((words.total(), words.different()), (4, 3));
    }
}
