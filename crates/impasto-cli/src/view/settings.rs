//! Settings: as JSON, and for people.

use serde::Serialize;

use crate::settings::{Origin, SETTINGS, Setting, Settings};
use crate::term::Term;

/// The object printed by `config --json`.
#[derive(Debug, Serialize)]
pub(crate) struct SettingsReport {
    ok: bool,
    /// The file, whether it is there or not.
    path: Option<String>,
    present: bool,
    settings: Vec<SettingView>,
}

/// The object printed by `config get --json`.
#[derive(Debug, Serialize)]
pub(crate) struct SettingReport {
    ok: bool,
    #[serde(flatten)]
    setting: SettingView,
}

#[derive(Debug, Serialize)]
struct SettingView {
    key: &'static str,
    /// Null where nothing is set.
    value: Option<String>,
    /// `environment`, `file` or `default`.
    origin: &'static str,
    variable: &'static str,
    flag: Option<&'static str>,
    /// What holds where nothing is set, in words.
    default: &'static str,
    about: &'static str,
}

impl SettingsReport {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            ok: true,
            path: settings.path().map(|path| path.display().to_string()),
            present: settings.is_present(),
            settings: SETTINGS.iter().map(|setting| SettingView::new(settings, setting)).collect(),
        }
    }

    /// The same for people.
    pub(crate) fn text(&self, term: &Term) -> String {
        let path = self.path.as_deref().unwrap_or("nowhere");
        let there = if self.present { "" } else { " (not there)" };
        let mut lines = vec![format!("{}{there}", term.heading(path))];
        let width = self.settings.iter().map(|setting| setting.key.len()).max().unwrap_or(0);
        for setting in &self.settings {
            let from = match setting.origin {
                "environment" => format!("  [{}]", setting.variable),
                "file" => "  [file]".to_owned(),
                _ => String::new(),
            };
            let value = setting.shown();
            lines.push(format!("  {:<width$}  {value}{from}", setting.key));
        }
        lines.push("a flag goes before a variable, a variable before the file".to_owned());
        lines.join("\n")
    }
}

impl SettingReport {
    pub(crate) fn new(settings: &Settings, setting: &'static Setting) -> Self {
        Self { ok: true, setting: SettingView::new(settings, setting) }
    }

    /// The value alone.
    pub(crate) fn text(&self) -> String {
        self.setting.value.clone().unwrap_or_default()
    }

    /// The setting and its value.
    pub(crate) fn line(&self) -> String {
        format!("{} = {}", self.setting.key, self.setting.shown())
    }

    /// A word of warning where a variable goes before the file.
    pub(crate) fn overruled(&self) -> Option<String> {
        let SettingView { key, variable, origin, .. } = &self.setting;
        (*origin == "environment").then(|| format!("{variable} is set and goes before {key} in the file"))
    }
}

impl SettingView {
    fn new(settings: &Settings, setting: &'static Setting) -> Self {
        let (value, origin) = settings.value(setting);
        Self {
            key: setting.key,
            value,
            origin: match origin {
                Origin::Environment(_) => "environment",
                Origin::File => "file",
                Origin::Default => "default",
            },
            variable: setting.variable.name,
            flag: setting.flag.starts_with('-').then_some(setting.flag),
            default: setting.default,
            about: setting.variable.about,
        }
    }

    fn shown(&self) -> String {
        match &self.value {
            Some(value) => value.clone(),
            None => format!("({})", self.default),
        }
    }
}
