//! `impasto config`: the settings, and where each comes from.

use crate::args::{ConfigAction, ConfigArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::{self, Setting, Settings};
use crate::term::Term;
use crate::view::{SettingReport, SettingsReport};

/// Shows or changes settings.
pub(crate) fn run(args: &ConfigArgs, term: &Term) -> Result<Exit, Failure> {
    match &args.action {
        None | Some(ConfigAction::Show) => {
            let report = SettingsReport::new(&Settings::load()?);
            show(term, &report, || report.text(term));
        }
        Some(ConfigAction::Get { key }) => {
            let report = SettingReport::new(&Settings::load()?, named(key)?);
            show(term, &report, || report.text());
        }
        Some(ConfigAction::Set { key, value }) => {
            let (setting, path) = (named(key)?, place()?);
            settings::set(&path, setting, value)?;
            changed(setting, term)?;
        }
        Some(ConfigAction::Unset { key }) => {
            let (setting, path) = (named(key)?, place()?);
            if !settings::unset(&path, setting)? {
                term.say(format_args!("{} was not set in {}", setting.key, path.display()));
            }
            changed(setting, term)?;
        }
        Some(ConfigAction::Path) => {
            let report = SettingsReport::new(&Settings::load()?);
            show(term, &report, || place().map(|path| path.display().to_string()).unwrap_or_default());
        }
    }
    Ok(Exit::Ok)
}

fn show(term: &Term, report: &impl serde::Serialize, text: impl FnOnce() -> String) {
    if term.wants_json() {
        term.print_json(report);
    } else {
        term.print(text());
    }
}

/// Says what holds now: a variable goes before what was written.
fn changed(setting: &'static Setting, term: &Term) -> Result<(), Failure> {
    let report = SettingReport::new(&Settings::load()?, setting);
    if let Some(warning) = report.overruled() {
        term.say(warning);
    }
    show(term, &report, || report.line());
    Ok(())
}

fn named(key: &str) -> Result<&'static Setting, Failure> {
    settings::find(&key.replace('-', "_")).ok_or_else(|| settings::unknown(key))
}

fn place() -> Result<std::path::PathBuf, Failure> {
    settings::place().ok_or_else(|| {
        Failure::setup(
            "settings are kept nowhere: neither IMPASTO_CONFIG nor XDG_CONFIG_HOME nor HOME is set",
        )
    })
}
