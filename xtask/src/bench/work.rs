//! What is measured: each piece of work, as every contender is asked to do it.

/// One piece of work.
#[derive(Debug)]
pub(super) struct Case {
    /// Its name on the command line and in the table.
    pub(super) name: &'static str,
    /// What it is, for people.
    pub(super) title: &'static str,
    /// The work as the contenders read it.
    pub(super) work: &'static str,
    /// The length of each image in bytes.
    pub(super) bytes: usize,
    /// How long the server waits before each event of a stream.
    pub(super) delay_ms: u32,
    /// How many images have to be there in the end.
    pub(super) images: usize,
    /// How many bytes of images and inputs go over the wire, as images.
    pub(super) moved: usize,
    /// Whether it is about the first image to be there rather than about the last.
    pub(super) first: bool,
}

const MB: usize = 1_000_000;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "tiny",
        title: "one image of 1 KB: mostly start-up",
        work: "generate:1",
        bytes: 1024,
        moved: 1024,
        ..Case::ONE
    },
    Case { name: "n1", title: "n=1 of 3 MB", ..Case::ONE },
    Case { name: "n10", title: "n=10 of 3 MB", work: "generate:10", images: 10, moved: 30 * MB, ..Case::ONE },
    Case { name: "n1-12", title: "n=1 of 12 MB", bytes: 12 * MB, moved: 12 * MB, ..Case::ONE },
    Case {
        name: "n10-12",
        title: "n=10 of 12 MB",
        work: "generate:10",
        bytes: 12 * MB,
        images: 10,
        moved: 120 * MB,
        ..Case::ONE
    },
    Case {
        name: "many",
        title: "64 requests of n=1, 8 at a time",
        work: "many:64:8",
        images: 64,
        moved: 64 * 3 * MB,
        ..Case::ONE
    },
    Case {
        name: "edit",
        title: "edit: 4 of 4 MB and a mask up, 3 MB back",
        work: "edit",
        moved: 21 * MB,
        ..Case::ONE
    },
    Case {
        name: "stream",
        title: "stream: 3 partials and the image, 3 MB each",
        work: "stream:3",
        images: 4,
        moved: 12 * MB,
        ..Case::ONE
    },
    Case {
        name: "first",
        title: "the same, 100 ms before each event: the first partial on disk",
        work: "stream:3",
        delay_ms: 100,
        images: 4,
        moved: 12 * MB,
        first: true,
        ..Case::ONE
    },
    Case { name: "atlas", title: "task: submit, poll, download 3 MB", work: "atlas", ..Case::ONE },
];

impl Case {
    const ONE: Self = Self {
        name: "",
        title: "",
        work: "generate:1",
        bytes: 3 * MB,
        delay_ms: 0,
        images: 1,
        moved: 3 * MB,
        first: false,
    };

    /// The names of all of them.
    pub(super) fn names() -> Vec<&'static str> {
        CASES.iter().map(|case| case.name).collect()
    }

    /// The number behind the name of the work.
    pub(super) fn number(&self) -> &'static str {
        self.work.split(':').nth(1).unwrap_or("1")
    }
}
