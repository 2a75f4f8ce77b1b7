//! How a caller, or whoever started the emulator, asks for unusual behaviour.
//!
//! One directive is `name`, `name;argument` or `name;key=value`, and several are separated by commas. They come from
//! the path (`/with/a,b/v1/…`), the headers `x-emulator-mode` and `x-emulator-fault`, the query parameters
//! `emulator_mode` and `emulator_fault`, the prompt (`[[emulator:name;argument]]`), and the emulator's own settings.
//! A *mode* changes how a seller speaks; a *fault* breaks something.

use hyper::header::HeaderMap;

use crate::request::Location;

/// One wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Directive {
    pub(crate) name: String,
    /// What follows the name, without `key=value` pairs.
    pub(crate) arguments: Vec<String>,
    options: Vec<(String, String)>,
}

impl Directive {
    /// Reads `name;argument;key=value`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
        let mut directive = Self { name, arguments: Vec::new(), options: Vec::new() };
        for part in parts.filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some((key, value)) => {
                    directive.options.push((key.trim().to_owned(), value.trim().to_owned()));
                }
                None => directive.arguments.push(part.to_owned()),
            }
        }
        Some(directive)
    }

    /// The first argument as a number.
    pub(crate) fn number(&self) -> Option<u64> {
        self.arguments.first().and_then(|argument| argument.parse().ok())
    }

    /// Whether an argument is there.
    pub(crate) fn says(&self, argument: &str) -> bool {
        self.arguments.iter().any(|said| said == argument)
    }

    /// The value of `key=value`.
    pub(crate) fn option(&self, key: &str) -> Option<&str> {
        self.options.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The value of `key=value` as a number.
    pub(crate) fn number_option(&self, key: &str) -> Option<u64> {
        self.option(key).and_then(|value| value.parse().ok())
    }

    /// All `key=value` pairs.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.options.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The text again, as identity for counting.
    pub(crate) fn identity(&self) -> String {
        let options = self.options.iter().map(|(key, value)| format!("{key}={value}"));
        let parts: Vec<String> =
            std::iter::once(self.name.clone()).chain(self.arguments.iter().cloned()).chain(options).collect();
        parts.join(";")
    }
}

/// Reads a list separated by commas.
pub(crate) fn parse_list(list: &str) -> impl Iterator<Item = Directive> + '_ {
    list.split(',').filter_map(Directive::parse)
}

/// Everything that was asked for with one request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Directives {
    entries: Vec<Directive>,
}

impl Directives {
    /// Collects what a request asks for, after the emulator's own settings.
    pub(crate) fn of(location: &Location, headers: &HeaderMap, standing: &[Directive]) -> Self {
        let mut entries = standing.to_vec();
        entries.extend(location.with.iter().flat_map(|with| parse_list(with)));
        for name in ["x-emulator-mode", "x-emulator-fault"] {
            for value in headers.get_all(name) {
                entries.extend(parse_list(value.to_str().unwrap_or_default()));
            }
        }
        for (name, value) in &location.query {
            if matches!(name.as_str(), "emulator_mode" | "emulator_fault") {
                entries.extend(parse_list(value));
            }
        }
        Self { entries }
    }

    /// Adds what a prompt asks for in `[[emulator:…]]`.
    pub(crate) fn add_prompt(&mut self, prompt: &str) {
        let mut rest = prompt;
        while let Some((_, tail)) = rest.split_once("[[emulator:") {
            let (inside, after) = tail.split_once("]]").unwrap_or((tail, ""));
            self.entries.extend(parse_list(inside));
            rest = after;
        }
    }

    /// Adds a mode by its name.
    pub(crate) fn add_name(&mut self, name: &str) {
        self.entries.extend(Directive::parse(name));
    }

    /// Adds one more.
    pub(crate) fn add(&mut self, directive: Directive) {
        self.entries.push(directive);
    }

    /// Keeps only what `keep` wants.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&Directive) -> bool) {
        self.entries.retain(keep);
    }

    /// Whether a name is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The last directive of a name: what is said later wins.
    pub(crate) fn find(&self, name: &str) -> Option<&Directive> {
        self.entries.iter().rev().find(|directive| directive.name == name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Directive> {
        self.entries.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::{Directive, Directives};

    #[test]
    fn a_directive_has_arguments_and_options() {
        let directive = Directive::parse(" Cut; 100 ;on=poll;times=1").expect("a directive");
        assert_eq!((directive.name.as_str(), directive.number()), ("cut", Some(100)));
        assert_eq!((directive.option("on"), directive.number_option("times")), (Some("poll"), Some(1)));
        assert_eq!(directive.identity(), "cut;100;on=poll;times=1");
        assert_eq!(Directive::parse(" ; x"), None);
    }

    #[test]
    fn prompts_can_ask() {
        let mut directives = Directives::default();
        directives.add_prompt("a fox [[emulator:moderation]] in snow [[emulator:delay;5,cut;9]]");
        let names: Vec<&str> = directives.iter().map(|directive| directive.name.as_str()).collect();
        assert_eq!(names, ["moderation", "delay", "cut"]);
    }
}
