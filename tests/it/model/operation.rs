//! What may happen to a publication, and how often.

use self::Kind::{
    Advisory, Alias, AwayAndBack, BreakWithdrawn, ChangeId, Correct, DefaultLanguage, Delete,
    DeleteMany, Directory, Duplicate, EditText, EditTitle, Embargo, Expire, FolderAway, FolderBack,
    IdUri, Language, LinkInside, LinkOutside, Media, MediaGone, Mend, MoveDate, MoveToSection, New,
    NewFolder, NewMany, NotUtf8, Picture, Recreate, RecreateAll, Remove, RemoveFolder,
    RemoveMissing, Rename, RenameFolder, ReplacedBy, Restart, SectionBreak, SectionDrop,
    SectionWrite, Sections, SiteBaseUrl, SiteBreak, SiteFeeds, SiteLanguages, SiteLogo, SiteTags,
    SiteTitle, SiteZone, Slip, SlipBack, Slowly, Slug, Status, Swap, SwitchData, Tag, TooLarge,
    Truncate,
};
use proptest::prelude::*;
use std::fmt;

/// One thing that somebody does. `which` chooses among the files, `how` among the ways.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) kind: Kind,
    pub(crate) which: u8,
    pub(crate) how: u8,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    New,
    EditText,
    EditTitle,
    Correct,
    MoveDate,
    Rename,
    MoveToSection,
    Sections,
    Delete,
    Recreate,
    Duplicate,
    Truncate,
    BreakWithdrawn,
    NotUtf8,
    TooLarge,
    Directory,
    Mend,
    Embargo,
    Expire,
    Status,
    ReplacedBy,
    Slug,
    Alias,
    ChangeId,
    IdUri,
    Language,
    Picture,
    Advisory,
    LinkInside,
    LinkOutside,
    SiteTitle,
    SiteLanguages,
    SiteZone,
    SiteBaseUrl,
    SiteFeeds,
    SiteLogo,
    SiteBreak,
    SectionWrite,
    SectionBreak,
    SectionDrop,
    NewFolder,
    RemoveFolder,
    RenameFolder,
    SwitchData,
    Media,
    MediaGone,
    Remove,
    Restart,
    /// Two files take each other's names.
    Swap,
    SiteTags,
    DefaultLanguage,
    Tag,
    /// A date or an embargo slips ahead.
    Slip,
    SlipBack,
    FolderAway,
    FolderBack,
    NewMany,
    DeleteMany,
    RecreateAll,
    /// `tidings remove --missing`.
    RemoveMissing,
    /// A file is written in pieces, over some seconds.
    Slowly,
    /// Files go and come back some seconds later.
    AwayAndBack,
}

/// Operations that are published together.
#[derive(Clone)]
pub(crate) struct Group {
    pub(crate) operations: Vec<Operation>,
    /// Whether the watch knows no better than that something changed.
    pub(crate) is_rescan: bool,
    /// How the clock goes on before they are published.
    pub(crate) advance: i64,
}

/// What happens often.
const OFTEN: &[Kind] = &[
    New,
    New,
    New,
    EditText,
    EditText,
    EditTitle,
    Correct,
    Rename,
    Rename,
    MoveToSection,
    Delete,
    Delete,
    Recreate,
    Duplicate,
    Truncate,
    Truncate,
    Mend,
    Mend,
    Embargo,
    Status,
    Status,
    Expire,
    Slug,
    Picture,
    ChangeId,
    Slip,
    SlipBack,
    Slowly,
    AwayAndBack,
    Tag,
];

/// What happens seldom.
const SELDOM: &[Kind] = &[
    MoveDate,
    Sections,
    BreakWithdrawn,
    NotUtf8,
    Directory,
    ReplacedBy,
    Alias,
    IdUri,
    Language,
    Advisory,
    LinkInside,
    LinkOutside,
    SiteTitle,
    SiteLanguages,
    SiteZone,
    SiteBaseUrl,
    SiteFeeds,
    SiteLogo,
    SiteBreak,
    SectionWrite,
    SectionWrite,
    SectionBreak,
    SectionDrop,
    NewFolder,
    RemoveFolder,
    RenameFolder,
    SwitchData,
    Media,
    Media,
    MediaGone,
    Remove,
    Remove,
    Restart,
    Restart,
    TooLarge,
    Swap,
    Swap,
    SiteTags,
    SiteLanguages,
    DefaultLanguage,
    FolderAway,
    FolderBack,
    FolderBack,
    NewMany,
    DeleteMany,
    DeleteMany,
    RecreateAll,
    RecreateAll,
    RemoveMissing,
    RemoveMissing,
    Media,
    MediaGone,
];

fn operation() -> impl Strategy<Value = Operation> {
    let kind = prop_oneof![
        3 => prop::sample::select(OFTEN),
        2 => prop::sample::select(SELDOM),
    ];
    (kind, any::<u8>(), any::<u8>()).prop_map(|(kind, which, how)| Operation { kind, which, how })
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({}, {})", self.kind, self.which, self.how)
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rescan = if self.is_rescan { " and a rescan" } else { "" };
        let operations: Vec<String> = self
            .operations
            .iter()
            .map(|one| format!("{one:?}"))
            .collect();
        write!(
            f,
            "{}{rescan} after {} s",
            operations.join(" "),
            self.advance
        )
    }
}

const HOUR: i64 = 3_600;

fn group() -> impl Strategy<Value = Group> {
    let advance = prop_oneof![
        8 => 1..=3i64,
        3 => HOUR..=30 * HOUR,
        1 => Just(31 * 24 * HOUR),
        1 => prop::sample::select(vec![
            -1,
            -2,
            -60,
            -HOUR,
            -24 * HOUR,
            -400 * 24 * HOUR,
            400 * 24 * HOUR,
        ]),
    ];
    let operations = prop::collection::vec(operation(), 1..=4);
    (operations, prop::bool::weighted(0.3), advance).prop_map(|(operations, is_rescan, advance)| {
        Group {
            operations,
            is_rescan,
            advance,
        }
    })
}

/// Some 25 operations in groups.
pub(crate) fn groups() -> impl Strategy<Value = Vec<Group>> {
    prop::collection::vec(group(), 2..=18)
}
