//! How an item file is written.

/// How an item file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// TOML.
    Toml,
    /// JSON (RFC 8259).
    Json,
    /// Markdown after front matter: TOML between two lines `+++`, or YAML between two lines `---`.
    Markdown,
}

impl Form {
    /// The form that a file's name tells; `None` for other files.
    pub fn of(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1 {
            "toml" => Some(Self::Toml),
            "json" => Some(Self::Json),
            "md" => Some(Self::Markdown),
            _ => None,
        }
    }
}

/// The line that opens and closes front matter in TOML.
pub(super) const FENCE: &str = "+++";

/// The line that opens and closes front matter in YAML.
pub(super) const YAML_FENCE: &str = "---";

/// Whether a Markdown file has its keys in YAML.
pub fn is_yaml(text: &str) -> bool {
    text.lines().next().unwrap_or_default().trim_end() == YAML_FENCE
}

/// The lines that open and close the front matter of a Markdown file.
pub fn fence(text: &str) -> &'static str {
    if is_yaml(text) { YAML_FENCE } else { FENCE }
}
