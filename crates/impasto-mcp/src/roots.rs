//! Which files may be touched: those inside the allowed folders, with every symbolic link followed first.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use crate::error::Error;

/// The allowed folders of one call, with their links followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Roots {
    folders: Vec<PathBuf>,
    out: PathBuf,
}

impl Roots {
    /// The folders, of which those that do not exist allow nothing. `out` is where images without a path go.
    pub(crate) fn new(folders: &[PathBuf], out: Option<&Path>) -> Result<Self, Error> {
        let mut real: Vec<PathBuf> = folders.iter().filter_map(|folder| folder.canonicalize().ok()).collect();
        let out = match out {
            Some(out) => {
                let out = resolved(out).map_err(|error| unreachable_folder(out, &error))?;
                real.push(out.clone());
                out
            }
            None => real.first().cloned().ok_or_else(|| {
                Error::new("outside_roots", "none of the allowed folders exists")
                    .with_hint("The user has to start the server with --root and an existing folder.")
            })?,
        };
        Ok(Self { folders: real, out })
    }

    /// The same, where only what is inside `others` as well is allowed.
    pub(crate) fn narrowed(&self, others: &[PathBuf]) -> Self {
        let others: Vec<PathBuf> = others.iter().filter_map(|other| other.canonicalize().ok()).collect();
        let mut folders = Vec::new();
        for mine in &self.folders {
            for other in &others {
                // Of two folders one inside the other, the inner one is what both allow.
                if other.starts_with(mine) {
                    folders.push(other.clone());
                } else if mine.starts_with(other) {
                    folders.push(mine.clone());
                }
            }
        }
        let out = if folders.iter().any(|folder| self.out.starts_with(folder)) {
            self.out.clone()
        } else {
            folders.first().unwrap_or(&self.out).clone()
        };
        Self { folders, out }
    }

    /// Where images without a path go, and what relative paths start from.
    pub(crate) fn out(&self) -> &Path {
        &self.out
    }

    /// Whether a path, taken as it is, lies inside.
    pub(crate) fn contains(&self, path: &Path) -> bool {
        resolved(path).is_ok_and(|real| self.allows(&real))
    }

    /// The file behind `text` (a path, or a `file:` URI), if it may be read.
    pub(crate) fn readable(&self, field: &str, text: &str) -> Result<PathBuf, Error> {
        let path = self.out.join(path_of(field, text)?);
        // Whether a file outside exists is nobody's business: both are refused alike.
        match path.canonicalize() {
            Ok(real) if !self.allows(&real) => Err(self.outside(field, text)),
            Ok(real) if !real.is_file() => Err(Error::argument(field, format!("{text} is not a file"))),
            Ok(real) => Ok(real),
            Err(error) => match resolved(&path) {
                Ok(real) if self.allows(&real) => {
                    Err(Error::new("io", format!("{text}: {error}")).with_field(field))
                }
                _ => Err(self.outside(field, text)),
            },
        }
    }

    /// The place behind `text`, if a file may be written there. Neither it nor its folder need exist.
    pub(crate) fn writable(&self, field: &str, text: &str) -> Result<PathBuf, Error> {
        let path = self.out.join(path_of(field, text)?);
        let name = path.file_name().map(OsString::from);
        let (Some(name), Some(parent)) = (name, path.parent()) else {
            return Err(Error::argument(field, format!("{text} does not name a file")));
        };
        let folder = resolved(parent).map_err(|_| self.outside(field, text))?;
        let path = folder.join(name);
        // A link in that place could lead out.
        let real = resolved(&path).map_err(|_| self.outside(field, text))?;
        if self.allows(&folder) && self.allows(&real) { Ok(path) } else { Err(self.outside(field, text)) }
    }

    fn allows(&self, real: &Path) -> bool {
        self.folders.iter().any(|folder| real.starts_with(folder))
    }

    fn outside(&self, field: &str, text: &str) -> Error {
        let folders: Vec<String> = self.folders.iter().map(|folder| folder.display().to_string()).collect();
        let allowed = if folders.is_empty() { "none".to_owned() } else { folders.join(", ") };
        Error::new("outside_roots", format!("{text} is outside the allowed folders ({allowed})"))
            .with_field(field)
    }
}

fn unreachable_folder(folder: &Path, error: &std::io::Error) -> Error {
    Error::new("io", format!("{}: {error}", folder.display())).with_field("out_dir")
}

/// The path with all links of the part that exists followed; the part that does not exist may not go upwards.
fn resolved(path: &Path) -> std::io::Result<PathBuf> {
    let mut missing: Vec<OsString> = Vec::new();
    let mut existing = std::path::absolute(path)?;
    loop {
        match existing.canonicalize() {
            Ok(real) => return Ok(missing.iter().rev().fold(real, |path, part| path.join(part))),
            // A link that leads nowhere would be followed by whoever writes there.
            Err(error) if existing.symlink_metadata().is_ok() => return Err(error),
            Err(error) => {
                let last = existing.components().next_back();
                let Some(Component::Normal(name)) = last else { return Err(error) };
                missing.push(name.to_owned());
                existing.pop();
            }
        }
    }
}

/// The path that a text names.
fn path_of(field: &str, text: &str) -> Result<PathBuf, Error> {
    if text.trim().is_empty() {
        return Err(Error::argument(field, "is empty; give a path"));
    }
    match text.strip_prefix("file://") {
        Some(rest) => path_of_uri(rest)
            .ok_or_else(|| Error::argument(field, format!("{text} is not a file URI of this machine"))),
        None => Ok(PathBuf::from(text)),
    }
}

/// The path of a `file:` URI, of which the beginning `file://` is cut off.
pub(crate) fn path_of_uri(rest: &str) -> Option<PathBuf> {
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if !path.starts_with('/') {
        return None;
    }
    let bytes = path.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            let digits = path.get(at + 1..at + 3)?;
            plain.push(u8::from_str_radix(digits, 16).ok()?);
            at += 3;
        } else {
            plain.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(plain).ok().filter(|path| !path.contains('\0')).map(PathBuf::from)
}

/// A path as a `file:` URI.
pub(crate) fn uri_of(path: &Path) -> String {
    let mut uri = String::from("file://");
    for byte in path.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{Roots, path_of_uri, uri_of};
    use crate::error::Error;

    /// A folder that is allowed, beside one that is not.
    fn house() -> (tempfile::TempDir, Roots) {
        let house = tempfile::tempdir().unwrap();
        for folder in ["in", "in/deep", "out"] {
            std::fs::create_dir(house.path().join(folder)).unwrap();
        }
        std::fs::write(house.path().join("in/a.png"), "a").unwrap();
        std::fs::write(house.path().join("out/b.png"), "b").unwrap();
        let roots = Roots::new(&[house.path().join("in")], None).unwrap();
        (house, roots)
    }

    #[test]
    fn only_what_lies_inside_is_read() {
        let (house, roots) = house();
        let check = |text: &str, expected: Option<&str>| {
            let text = text.replace("HOUSE", &house.path().to_string_lossy());
            let read = roots.readable("images", &text);
            assert_eq!(read.as_ref().err().map(Error::code), expected, "{text}: {read:?}");
        };
        check("a.png", None);
        check("HOUSE/in/a.png", None);
        check("file://HOUSE/in/a.png", None);
        check("deep/../a.png", None);
        check("../out/b.png", Some("outside_roots"));
        check("HOUSE/out/b.png", Some("outside_roots"));
        check("HOUSE/out/missing.png", Some("outside_roots"));
        check("deep/../../out/b.png", Some("outside_roots"));
        check("missing.png", Some("io"));
        check("deep", Some("invalid_request"));
        check("", Some("invalid_request"));
        check("file://elsewhere/a.png", Some("invalid_request"));
        check("a\0.png", Some("io"));
    }

    #[test]
    fn only_what_lies_inside_is_written() {
        let (house, roots) = house();
        let check = |text: &str, allowed: bool| {
            let text = text.replace("HOUSE", &house.path().to_string_lossy());
            assert_eq!(roots.writable("output_path", &text).is_ok(), allowed, "{text}");
        };
        check("new.png", true);
        check("new/folder/new.png", true);
        check("HOUSE/in/new.png", true);
        check("../new.png", false);
        check("new/../../new.png", false);
        check("HOUSE/out/new.png", false);
        check("/", false);
        check("..", false);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_before_a_path_is_judged() {
        use std::os::unix::fs::symlink;

        let (house, roots) = house();
        let at = |name: &str| house.path().join(name);
        symlink(at("out"), at("in/way-out")).unwrap();
        symlink(at("out/b.png"), at("in/b.png")).unwrap();
        symlink(at("in/deep"), at("out/way-in")).unwrap();
        symlink(at("out/nowhere.png"), at("in/nowhere.png")).unwrap();
        for text in ["way-out/b.png", "b.png"] {
            assert_eq!(roots.readable("images", text).unwrap_err().code(), "outside_roots", "{text}");
        }
        for text in ["way-out/new.png", "b.png", "nowhere.png", "way-out/deeper/new.png"] {
            assert_eq!(roots.writable("output_path", text).unwrap_err().code(), "outside_roots", "{text}");
        }
        let inside = at("out/way-in/new.png");
        assert!(roots.writable("output_path", &inside.to_string_lossy()).is_ok());
    }

    #[test]
    fn a_client_can_narrow_the_roots_and_not_widen_them() {
        let (house, roots) = house();
        let at = |name: &str| house.path().join(name).canonicalize().unwrap();
        let narrowed = |others: &[PathBuf]| roots.narrowed(others).folders;
        assert_eq!(narrowed(&[at("in/deep"), at("out")]), [at("in/deep")]);
        assert_eq!(narrowed(&[at("")]), [at("in")]);
        assert_eq!(narrowed(&[at("out")]), [] as [PathBuf; 0]);
        assert_eq!(roots.narrowed(&[at("in/deep")]).out(), at("in/deep"));
    }

    #[test]
    fn uris_name_the_same_file() {
        for path in ["/a/b.png", "/with space/ü%25.png", "/a#b?c.png"] {
            let uri = uri_of(Path::new(path));
            assert!(uri.is_ascii() && !uri.contains([' ', '#', '?']), "{uri}");
            assert_eq!(path_of_uri(uri.strip_prefix("file://").unwrap()).unwrap(), Path::new(path));
        }
        for wrong in ["a/b", "/a%2", "/a%zz", "/a%00"] {
            assert_eq!(path_of_uri(wrong), None, "{wrong}");
        }
    }
}
