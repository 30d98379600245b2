//! The section of a page that the schema makes: arguments, blocks and attributes.

use std::fmt::Write as _;

use crate::{
    schema::{Attribute, Block, Kind, Mode, NestedBlock, Nesting, demands, describe},
    value::Type,
};

/// A heading and the attributes that stand below it.
type Group = (&'static str, fn(Mode) -> bool);

const GROUPS: [Group; 3] = [
    ("Required", |mode| mode == Mode::Required),
    ("Optional", |mode| matches!(mode, Mode::Optional | Mode::OptionalComputed)),
    ("Read-Only", |mode| mode == Mode::Computed),
];

/// What has a section of its own below the others.
enum Nested<'a> {
    /// Objects, which Terraform treats as values if they are those of an attribute.
    Objects {
        path: String,
        attributes: &'a [Attribute],
        blocks: &'a [NestedBlock],
        is_attribute: bool,
    },
    Timeouts {
        path: String,
        attribute: &'a Attribute,
    },
}

/// Arguments and attributes of a block.
pub(super) fn section(block: &Block) -> String {
    let mut text = String::from("## Schema\n\n");
    let mut nested = Vec::new();
    object(&mut text, "", &block.attributes, &block.blocks, &mut nested);
    while let Some(next) = nested.pop() {
        match next {
            Nested::Objects { path, attributes, blocks, is_attribute } => {
                heading(&mut text, &path);
                if is_attribute && attributes.iter().any(|attribute| attribute.mode != Mode::Computed) {
                    // Terraform drops unknown names before the provider sees them.
                    text.push_str("Terraform ignores names that are not listed here, without an error.\n\n");
                }
                object(&mut text, &path, attributes, blocks, &mut nested);
            }
            Nested::Timeouts { path, attribute } => timeouts(&mut text, &path, attribute),
        }
    }
    text
}

/// The attributes of an identity.
pub(super) fn identity(block: &Block) -> String {
    let mut text = String::new();
    for (title, belongs) in GROUPS {
        group(
            &mut text,
            &format!("#### {title}"),
            "",
            block.attributes.iter().filter(|attribute| belongs(attribute.mode)),
        );
    }
    text
}

fn heading(text: &mut String, path: &str) {
    let _ = write!(text, "<a id=\"{}\"></a>\n### `{path}`\n\n", anchor(path));
}

fn object<'a>(
    text: &mut String,
    path: &str,
    attributes: &'a [Attribute],
    blocks: &'a [NestedBlock],
    nested: &mut Vec<Nested<'a>>,
) {
    let level = if path.is_empty() { "###" } else { "####" };
    for (title, belongs) in GROUPS {
        let members = attributes.iter().filter(|attribute| belongs(attribute.mode));
        group(text, &format!("{level} {title}"), path, members);
    }
    if !blocks.is_empty() {
        let _ = write!(text, "{level} Blocks\n\n");
        for block in blocks {
            let description = format!("{}{}", block.block.description, demands(&block.relations));
            let (name, count, anchor) = (block.name, count(block), anchor(&inside(path, block.name)));
            let _ = writeln!(text, "- `{name}` (Block{count}) {} See [below](#{anchor}).", indented(&description));
        }
        text.push('\n');
    }
    for block in blocks.iter().rev() {
        let (attributes, blocks) = (&block.block.attributes, &block.block.blocks);
        nested.push(Nested::Objects { path: inside(path, block.name), attributes, blocks, is_attribute: false });
    }
    for attribute in attributes.iter().rev() {
        let path = inside(path, attribute.name);
        match &attribute.kind {
            Kind::Nested(_, attributes) => {
                nested.push(Nested::Objects { path, attributes, blocks: &[], is_attribute: true });
            }
            Kind::Of(_) if !attribute.timeouts.is_empty() => nested.push(Nested::Timeouts { path, attribute }),
            Kind::Of(_) => {}
        }
    }
}

/// Attributes below a heading, by their names.
fn group<'a>(text: &mut String, heading: &str, path: &str, members: impl Iterator<Item = &'a Attribute>) {
    let mut members: Vec<&Attribute> = members.collect();
    if members.is_empty() {
        return;
    }
    members.sort_by_key(|attribute| attribute.name);
    let _ = write!(text, "{heading}\n\n");
    for attribute in members {
        let _ = writeln!(text, "- {}", line(attribute, &inside(path, attribute.name)));
    }
    text.push('\n');
}

fn timeouts(text: &mut String, path: &str, attribute: &Attribute) {
    heading(text, path);
    text.push_str("Each is a duration from `1s` to `24h`, such as `30s`, `5m` or `1h30m`.\n\n");
    for (operation, limit) in &attribute.timeouts {
        let _ = writeln!(text, "- `{operation}` (String) Default `{}`.", humantime::format_duration(*limit));
    }
    text.push('\n');
}

/// An attribute, as an item of a list.
pub(super) fn line(attribute: &Attribute, path: &str) -> String {
    let mut facts = vec![type_name(attribute)];
    let flags = [
        (attribute.sensitive, "Sensitive"),
        (attribute.write_only, "Write-only"),
        (attribute.deprecated.is_some(), "Deprecated"),
        (attribute.force_new, "Forces replacement"),
    ];
    facts.extend(flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, fact)| fact.to_owned()));
    let mut text = format!("`{}` ({}) {}", attribute.name, facts.join(", "), attribute.description);
    if attribute.timeouts.is_empty() {
        text.push_str(&describe(attribute));
    }
    if let Some(instead) = attribute.deprecated {
        let _ = write!(text, " {instead}");
    }
    if matches!(attribute.kind, Kind::Nested(..)) || !attribute.timeouts.is_empty() {
        let _ = write!(text, " See [below](#{}).", anchor(path));
    }
    indented(&text)
}

/// Further lines stay within the item of the list.
fn indented(text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |text, line| if line.is_empty() { text + "\n" } else { text + "\n  " + line })
}

fn inside(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn anchor(path: &str) -> String {
    format!("nested--{}", path.replace('.', "--"))
}

/// How the blocks are held, and how many there must or may be.
fn count(block: &NestedBlock) -> String {
    let nesting = match block.nesting {
        Nesting::Single | Nesting::Group => "",
        Nesting::List => " List",
        Nesting::Set => " Set",
        Nesting::Map => " Map",
    };
    let min = if block.min_items > 0 { format!(", Min: {}", block.min_items) } else { String::new() };
    let max = if block.max_items > 0 { format!(", Max: {}", block.max_items) } else { String::new() };
    format!("{nesting}{min}{max}")
}

fn type_name(attribute: &Attribute) -> String {
    match &attribute.kind {
        Kind::Of(ty) => plain(ty),
        Kind::Nested(nesting, _) => match nesting {
            Nesting::Single | Nesting::Group => "Attributes".to_owned(),
            Nesting::List => "Attributes List".to_owned(),
            Nesting::Set => "Attributes Set".to_owned(),
            Nesting::Map => "Attributes Map".to_owned(),
        },
    }
}

/// The name of a type.
pub(super) fn plain(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::List(of) => format!("List of {}", plain(of)),
        Type::Set(of) => format!("Set of {}", plain(of)),
        Type::Map(of) => format!("Map of {}", plain(of)),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::Tuple(_) => "Tuple".to_owned(),
        Type::Object(_) => "Object".to_owned(),
    }
}
