//! The examples of one page, from the files of its folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Error, read, read_if_there};

/// The examples of one page.
#[derive(Debug, Default)]
pub(super) struct Examples {
    folder: PathBuf,
    main: Option<String>,
    uses: Vec<Use>,
}

/// An example of one use.
#[derive(Debug)]
struct Use {
    file: String,
    heading: String,
    explanation: String,
    code: String,
}

impl Examples {
    /// The examples in a folder; `main` is the main one.
    pub(super) fn of(folder: PathBuf, main: &str) -> Result<Self, Error> {
        let mut uses = Vec::new();
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let file = entry.file_name().to_string_lossy().into_owned();
            let is_example = file.ends_with(".tf") || file.ends_with(".tfquery.hcl");
            if is_example && file != main && !file.starts_with("import-by-") {
                uses.push(Use::parse(&entry.path(), file)?);
            }
        }
        uses.sort_by(|one, other| one.file.cmp(&other.file));
        Ok(Self { main: read_if_there(&folder.join(main))?, folder, uses })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn has_main(&self) -> bool {
        self.main.is_some()
    }

    /// The main example, as a block of code.
    pub(super) fn main(&self) -> Option<String> {
        self.main.as_deref().map(|code| block("terraform", code))
    }

    /// One example by its file name, as a block of code.
    pub(super) fn by_file(&self, file: &str) -> Option<String> {
        let found = self.uses.iter().find(|example| example.file == file)?;
        Some(block("terraform", &found.code))
    }

    /// The main example, and those uses that a template does not show by itself.
    pub(super) fn section(&self, is_shown: impl Fn(&str) -> bool) -> Option<String> {
        let uses = self.uses.iter().filter(|example| !is_shown(&example.file)).map(Use::section);
        let parts: Vec<String> = self.main().into_iter().chain(uses).collect();
        (!parts.is_empty()).then(|| parts.join("\n\n"))
    }

    /// A file of the folder, as a block of code.
    pub(super) fn file(&self, name: &str, language: &str) -> Result<Option<String>, Error> {
        Ok(read_if_there(&self.folder.join(name))?.map(|code| block(language, &code)))
    }
}

impl Use {
    fn parse(path: &Path, file: String) -> Result<Self, Error> {
        let text = read(path)?;
        let comment: Vec<&str> = text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim).collect();
        let Some((heading, explanation)) = comment.split_first().filter(|(heading, _)| !heading.is_empty()) else {
            return Err(Error::NoHeading(path.to_owned()));
        };
        let code: Vec<&str> = text.lines().skip(comment.len()).collect();
        Ok(Self {
            file,
            heading: heading.trim_end_matches('.').to_owned(),
            explanation: explanation.join("\n").trim().to_owned(),
            code: code.join("\n"),
        })
    }

    fn section(&self) -> String {
        let code = block("terraform", &self.code);
        let parts = [format!("### {}", self.heading), self.explanation.clone(), code];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
    }
}

/// A fenced block of code.
pub(super) fn block(language: &str, code: &str) -> String {
    format!("```{language}\n{}\n```", code.trim_matches('\n'))
}
