//! What is logged, and how.

use super::mistake::Wrong;
use super::section::Section;

/// What is logged, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Log {
    /// How a line looks.
    pub format: LogFormat,
    /// What is left out.
    pub level: tracing::Level,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

pub(super) fn read(section: Section<'_>) -> Log {
    let format = section.read("format", |text| match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(Wrong::new("is \"text\" or \"json\"")),
    });
    let level = section.read("level", |text| {
        text.parse()
            .map_err(|_| Wrong::new("is \"error\", \"warn\", \"info\", \"debug\" or \"trace\""))
    });
    section.finish();
    Log {
        format: format.unwrap_or(LogFormat::Text),
        level: level.unwrap_or(tracing::Level::INFO),
    }
}
