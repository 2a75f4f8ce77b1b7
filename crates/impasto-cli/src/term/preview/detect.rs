//! Which pictures a terminal can show, as far as its environment tells.

use impasto::env::shared;

use super::PreviewKind;

/// The best way, by the variables that `read` knows. A terminal that says nothing of itself gets half blocks if it has
/// all colours, and else nothing.
pub(super) fn kind(read: impl Fn(&str) -> Option<String>) -> PreviewKind {
    let value = |name: &str| read(name).unwrap_or_default();
    let term = value(shared::TERM.name);
    let program = value(shared::TERM_PROGRAM.name);
    if term == "dumb" {
        return PreviewKind::None;
    }
    // A multiplexer passes none of the protocols on by itself.
    let multiplexed = read("TMUX").is_some() || ["screen", "tmux"].iter().any(|name| term.starts_with(name));
    if !multiplexed {
        if read(shared::KITTY_WINDOW_ID.name).is_some() || term.contains("kitty") || program == "ghostty" {
            return PreviewKind::Kitty;
        }
        if ["iTerm.app", "WezTerm", "mintty"].contains(&program.as_str()) || value("LC_TERMINAL") == "iTerm2"
        {
            return PreviewKind::Iterm2;
        }
        if ["foot", "mlterm", "yaft", "sixel"].iter().any(|name| term.contains(name)) {
            return PreviewKind::Sixel;
        }
    }
    let coloured = ["truecolor", "24bit"].contains(&value(shared::COLORTERM.name).as_str());
    let refused = read(shared::NO_COLOR.name).is_some();
    if coloured && !refused { PreviewKind::Blocks } else { PreviewKind::None }
}

#[cfg(test)]
mod tests {
    use super::{PreviewKind, kind};

    #[track_caller]
    fn check(variables: &[(&str, &str)], expected: PreviewKind) {
        let read = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(kind(read), expected, "{variables:?}");
    }

    #[test]
    fn terminals_are_told_apart() {
        check(&[("TERM", "xterm-kitty")], PreviewKind::Kitty);
        check(&[("TERM", "xterm-256color"), ("KITTY_WINDOW_ID", "1")], PreviewKind::Kitty);
        check(&[("TERM_PROGRAM", "ghostty")], PreviewKind::Kitty);
        check(&[("TERM_PROGRAM", "iTerm.app")], PreviewKind::Iterm2);
        check(&[("TERM_PROGRAM", "WezTerm")], PreviewKind::Iterm2);
        check(&[("TERM", "foot-extra")], PreviewKind::Sixel);
        check(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], PreviewKind::Blocks);
        check(&[("COLORTERM", "truecolor"), ("NO_COLOR", "1")], PreviewKind::None);
        check(&[("TERM", "xterm-256color")], PreviewKind::None);
        check(&[("TERM", "dumb"), ("KITTY_WINDOW_ID", "1")], PreviewKind::None);
        let inside = [("TERM", "tmux-256color"), ("KITTY_WINDOW_ID", "1"), ("COLORTERM", "truecolor")];
        check(&inside, PreviewKind::Blocks);
    }
}
