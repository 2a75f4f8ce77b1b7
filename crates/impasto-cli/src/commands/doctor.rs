//! `impasto doctor`: what is amiss on this machine.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use impasto::{ApiKey, Client, Seller, Sellers, env};

use crate::args::DoctorArgs;
use crate::commands::block_on;
use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::term::{PreviewKind, Term};
use crate::view::{Check, DoctorReport};

/// Looks at everything; asks sellers only when it is wanted.
pub(crate) fn run(args: &DoctorArgs, term: &Term) -> Result<Exit, Failure> {
    let mut checks = vec![Check::fine("version", concat!("impasto ", env!("CARGO_PKG_VERSION")))];
    checks.push(settings());
    checks.push(prices());
    for (name, folder) in [
        ("jobs", config::jobs().map(|journal| journal.directory().to_owned())),
        ("history", config::history().map(|history| history.directory().to_owned())),
        ("ledger", config::ledger().map(|ledger| ledger.directory().to_owned())),
        ("images", Some(images_folder())),
    ] {
        checks.push(writable(name, folder));
    }
    checks.push(terminal());
    match config::sellers() {
        Ok(sellers) => {
            if let Some(id) = &args.provider {
                sellers.find(id).map_err(impasto::Error::from)?;
            }
            checks.push(Check::fine("sellers", format!("{} known", sellers.iter().count())));
            checks.extend(keys(&sellers, args.provider.as_deref()));
            if args.online {
                checks.extend(reached(&sellers, args.provider.as_deref())?);
            }
        }
        Err(failure) => checks.push(Check::wrong("sellers", failure.sentence())),
    }
    let report = DoctorReport::new(checks);
    if term.wants_json() {
        term.print_json(&report);
    } else {
        term.print(report.text(term));
    }
    Ok(if report.is_well() { Exit::Ok } else { Exit::Setup })
}

fn settings() -> Check {
    let settings = match Settings::load() {
        Ok(settings) => settings,
        Err(failure) => return Check::wrong("settings", failure.sentence()),
    };
    for setting in crate::settings::SETTINGS {
        if let Err(failure) = settings.get(setting.key) {
            return Check::wrong("settings", failure.sentence());
        }
    }
    let path = settings.path().map(|path| path.display().to_string());
    match (path, settings.is_present()) {
        (Some(path), true) => Check::fine("settings", path),
        (Some(path), false) => Check::fine("settings", format!("{path} (not there, which is fine)")),
        (None, _) => Check::note("settings", "kept nowhere: neither XDG_CONFIG_HOME nor HOME is set"),
    }
}

fn prices() -> Check {
    let own = config::prices_folder().filter(|folder| folder.is_dir());
    match (config::prices(), own) {
        (Err(failure), _) => Check::wrong("prices", failure.sentence()),
        (Ok(_), Some(folder)) => Check::fine("prices", format!("built in, and {}", folder.display())),
        (Ok(_), None) => Check::fine("prices", "built in"),
    }
}

/// Where images go when nothing is typed.
fn images_folder() -> PathBuf {
    let set = Settings::load().and_then(|settings| settings.get("out_dir")).ok().flatten();
    set.map_or_else(|| PathBuf::from("."), PathBuf::from)
}

/// Whether a file can be made there, tried in what exists of the path to it.
fn writable(name: &'static str, folder: Option<PathBuf>) -> Check {
    let Some(folder) = folder else {
        return Check::note(name, "kept nowhere: neither XDG_STATE_HOME nor HOME is set");
    };
    let folder = std::path::absolute(&folder).unwrap_or(folder);
    let existing = folder.ancestors().find(|part| part.exists()).unwrap_or(Path::new("."));
    let probe = existing.join(format!(".impasto-doctor-{}", std::process::id()));
    let made = std::fs::File::create_new(&probe);
    // Permissions can lie; only writing tells.
    let _ = std::fs::remove_file(&probe);
    match made {
        Ok(_) if existing == folder => Check::fine(name, folder.display().to_string()),
        Ok(_) => Check::fine(name, format!("{} (made when it is needed)", folder.display())),
        Err(error) => Check::wrong(name, format!("{} cannot be written to: {error}", existing.display())),
    }
}

fn terminal() -> Check {
    let word = |terminal: bool| if terminal { "a terminal" } else { "no terminal" };
    let (stdout, stderr) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
    let pictures = match PreviewKind::of_terminal() {
        _ if !stderr => "no pictures".to_owned(),
        PreviewKind::None => "no pictures".to_owned(),
        kind => format!("pictures as {}", kind.name()),
    };
    Check::fine("terminal", format!("stdout is {}, stderr is {}, {pictures}", word(stdout), word(stderr)))
}

/// Whether keys are set and can be keys. None is printed.
fn keys(sellers: &Sellers, named: Option<&str>) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut without = Vec::new();
    for (seller, _) in sellers.iter().filter(|(seller, _)| named.is_none_or(|id| id == seller.id)) {
        match key_of(seller) {
            None => without.push(seller.id.clone()),
            Some((variable, key)) => checks.push(match ApiKey::new(key) {
                Ok(_) => Check::fine("key", format!("{variable} is set, for {}", seller.id)),
                Err(error) => Check::wrong("key", format!("{variable}: {error}")),
            }),
        }
    }
    if checks.is_empty() {
        checks.push(Check::note("key", "none is set: the built-in emulator answers, and nothing is charged"));
    }
    if !without.is_empty() {
        checks.push(Check::note("no key", without.join(", ")));
    }
    checks
}

fn key_of(seller: &Seller) -> Option<(&String, String)> {
    seller.auth.key_env.iter().find_map(|name| Some((name, env::read(name)?)))
}

/// Asks every seller whose key is set for its models, which costs nothing.
fn reached(sellers: &Sellers, named: Option<&str>) -> Result<Vec<Check>, Failure> {
    let mut checks = Vec::new();
    let asked = sellers.iter().filter(|(seller, _)| named.is_none_or(|id| id == seller.id));
    for (seller, _) in asked.filter(|(seller, _)| key_of(seller).is_some()) {
        let built = Client::builder().sellers(sellers.clone()).provider(&seller.id).build();
        block_on(async {
            let answer = match built {
                Ok(client) => client.list_models().await,
                Err(error) => Err(error),
            };
            checks.push(match answer {
                Ok(models) => {
                    Check::fine("online", format!("{} answers and lists {} models", seller.id, models.len()))
                }
                Err(error) => Check::wrong("online", format!("{}: {error}", seller.id)),
            });
            Ok(Exit::Ok)
        })?;
    }
    if checks.is_empty() {
        checks.push(Check::note("online", "nobody was asked: no key is set"));
    }
    Ok(checks)
}
