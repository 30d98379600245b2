//! Terraform's command line: which state it works on, and how much of the state a plan covers.

use std::{
    env,
    path::{Path, PathBuf},
};

use super::{Process, absolute};

/// The flags whose value may be a word of its own.
const FLAGS_WITH_VALUE: [&str; 15] = [
    "backup",
    "config",
    "exclude",
    "exclude-file",
    "generate-config-out",
    "lock-timeout",
    "out",
    "parallelism",
    "replace",
    "state",
    "state-out",
    "target",
    "target-file",
    "var",
    "var-file",
];

/// What a command line says. The default says nothing, as where it cannot be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Command {
    /// Such as `apply`.
    subcommand: String,
    /// `-target` or `-exclude`: a plan looks at a part of the state only.
    pub(crate) is_partial: bool,
    /// `-state`: the file of the local backend.
    pub(super) state: Option<PathBuf>,
    /// `-backup`: where the backup of the state file is.
    pub(super) backup: Option<PathBuf>,
    /// `-state-out`: the state that is read is not the one that is written.
    pub(super) writes_elsewhere: bool,
    /// The plan file that is applied.
    pub(super) saved_plan: Option<PathBuf>,
}

impl Command {
    /// The command line of a process, with what Terraform adds from the variables TF_CLI_ARGS.
    pub(super) fn of(process: &Process) -> Self {
        process
            .command_line()
            .map_or_else(Self::default, |words| Self::parse(&words[1..], |name| env::var(name).unwrap_or_default()))
    }

    /// A command line without the program's name, split as a shell would.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn from_line(line: &str) -> Self {
        Self::parse(&split(line), |_| String::new())
    }

    fn parse(words: &[String], variable: impl Fn(&str) -> String) -> Self {
        // Global options come first, such as -chdir=DIR.
        let Some(at) = words.iter().position(|word| !word.starts_with('-')) else { return Self::default() };
        let subcommand = words[at].clone();
        let added = [variable("TF_CLI_ARGS"), variable(&format!("TF_CLI_ARGS_{subcommand}"))];
        let added: Vec<String> = added.iter().flat_map(|text| split(text)).collect();
        let mut command = Self { subcommand, ..Self::default() };
        let mut rest = added.iter().chain(&words[at + 1..]).map(String::as_str);
        while let Some(word) = rest.next() {
            let Some(flag) = word.strip_prefix("--").or_else(|| word.strip_prefix('-')) else {
                if command.subcommand == "apply" {
                    command.saved_plan = Some(absolute(word.into()));
                }
                continue;
            };
            let (name, value) = match flag.split_once('=') {
                Some((name, value)) => (name, value),
                None if FLAGS_WITH_VALUE.contains(&flag) => (flag, rest.next().unwrap_or_default()),
                None => (flag, ""),
            };
            match name {
                "target" | "target-file" | "exclude" | "exclude-file" => command.is_partial = true,
                "backup" => command.backup = Some(absolute(Path::new(value).to_owned())),
                "state" => command.state = Some(absolute(Path::new(value).to_owned())),
                "state-out" => command.writes_elsewhere = true,
                _ => {}
            }
        }
        command
    }

    /// What the user has run, as far as it is known, for messages.
    pub(crate) fn name(&self) -> String {
        match self.works_on_state() {
            true => format!("terraform {}", self.subcommand),
            false => "the command".to_owned(),
        }
    }

    /// `terraform test` runs on states of its own that nothing else sees.
    pub(crate) fn is_test(&self) -> bool {
        self.subcommand == "test"
    }

    /// Whether the command reads or writes a state that is kept.
    pub(crate) fn works_on_state(&self) -> bool {
        ["apply", "destroy", "import", "plan", "refresh"].contains(&self.subcommand.as_str())
    }

    /// Whether the command plans purchases, or makes them.
    pub(crate) fn may_buy(&self) -> bool {
        ["apply", "plan", "test"].contains(&self.subcommand.as_str())
    }

    /// Whether the command applies a plan of its own.
    pub(crate) fn plans_and_applies(&self) -> bool {
        ["apply", "destroy"].contains(&self.subcommand.as_str()) && self.saved_plan.is_none()
    }
}

/// The words of a variable, as a shell would see them, without its expansions.
fn split(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in text.chars() {
        match (letter, quote) {
            ('\'' | '"', None) => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (letter, Some(open)) if letter == open => quote = None,
            (letter, None) if letter.is_whitespace() => words.extend(word.take()),
            (letter, _) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Command {
        Command::from_line(line)
    }

    #[test]
    fn the_first_word_after_the_global_options_is_the_subcommand() {
        assert!(parse("-chdir=test test -verbose").is_test());
        assert!(!parse("-chdir=test apply").is_test());
        assert!(!parse("apply test").is_test());
        assert_eq!(parse("-version"), Command::default());
    }

    #[test]
    fn flags_take_their_value_in_either_form() {
        let here = |name: &str| Some(absolute(name.into()));
        for line in
            ["apply -state=dev.tfstate", "apply --state dev.tfstate -auto-approve", "apply \"-state=dev.tfstate\""]
        {
            assert_eq!(parse(line).state, here("dev.tfstate"), "{line}");
            assert_eq!(parse(line).saved_plan, None, "{line}");
        }
        for line in ["apply -target=a", "plan -target a", "apply -exclude a", "apply -target-file=t"] {
            assert!(parse(line).is_partial, "{line}");
        }
        assert!(!parse("apply -var target=a -var-file target").is_partial);
        assert!(parse("apply -state-out x").writes_elsewhere);
        assert_eq!(parse("apply -var a=b -input=false plan.bin").saved_plan, here("plan.bin"));
        assert_eq!(parse("plan -out plan.bin").saved_plan, None);
    }

    #[test]
    fn variables_add_to_the_command_line() {
        let variable = |name: &str| match name {
            "TF_CLI_ARGS_apply" => "-target='a b'".to_owned(),
            "TF_CLI_ARGS_plan" => "-state=x".to_owned(),
            _ => String::new(),
        };
        let command = Command::parse(&split("apply"), variable);
        assert!(command.is_partial && command.state.is_none());
    }
}
