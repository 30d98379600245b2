//! One page: front matter, title, and the sections or the template.

use std::path::PathBuf;

use super::{Error, Generator, examples::Examples, function, kind::Kind, read_if_there, schema, template};
use crate::{
    function::Signature,
    schema::{Block, Schema},
};

/// What a page is made of.
struct Content {
    /// What stands above the examples: title, description, notes.
    head: Vec<String>,
    description: &'static str,
    examples: Examples,
    schema: String,
    import: Option<String>,
    template: Option<(PathBuf, String)>,
}

impl Generator {
    /// The page of the provider.
    pub(super) fn index(&self) -> Result<String, Error> {
        let Block { description, deprecated, .. } = self.schemas.provider.block;
        let mut head = vec![format!("# {} Provider", self.title), description.to_owned()];
        head.extend(deprecation(deprecated));
        let content = Content {
            head,
            description,
            examples: self.examples_in("provider", "provider.tf")?,
            schema: schema::section(&self.schemas.provider.block),
            import: None,
            template: self.template("index.md")?,
        };
        Ok(front_matter(&format!("Provider: {}", self.title), None, description) + &content.body()?)
    }

    /// The page of anything but a function.
    pub(super) fn schema_page(&self, kind: Kind, name: &str, schema: &Schema) -> Result<String, Error> {
        let Block { description, deprecated, .. } = schema.block;
        let examples = self.examples_in(&format!("{}/{name}", kind.folder()), kind.main_example())?;
        let import = if kind == Kind::Resource { self.import(name, &examples)? } else { None };
        let mut section = schema::section(&schema.block);
        if kind.has_config_block() {
            section =
                section.replacen("## Schema\n\n", "## Schema\n\nThese arguments go into the `config` block.\n\n", 1);
        }
        let mut head = vec![format!("# {name} ({})", kind.title()), description.to_owned()];
        head.extend(notes(kind, deprecated));
        let template = self.template_of(kind, name)?;
        let content = Content { head, description, examples, schema: section, import, template };
        let title = format!("{name} {} - {}", kind.title(), self.provider);
        Ok(front_matter(&title, self.subcategory_of(name), description) + &content.body()?)
    }

    /// The page of a function.
    pub(super) fn function_page(&self, name: &str, signature: &Signature) -> Result<String, Error> {
        let kind = Kind::Function;
        let mut head = vec![format!("# function: {name}"), signature.description.to_owned()];
        head.extend(notes(kind, signature.deprecated));
        let content = Content {
            head,
            description: signature.description,
            examples: self.examples_in(&format!("{}/{name}", kind.folder()), kind.main_example())?,
            schema: function::section(name, signature),
            import: None,
            template: self.template_of(kind, name)?,
        };
        let title = format!("{name} {} - {}", kind.title(), self.provider);
        Ok(front_matter(&title, self.subcategory_of(name), signature.summary) + &content.body()?)
    }

    fn subcategory_of(&self, name: &str) -> Option<&str> {
        self.subcategories.get(name).map(String::as_str)
    }

    fn examples_in(&self, folder: &str, main: &str) -> Result<Examples, Error> {
        let examples = match &self.examples {
            Some(examples) => Examples::of(examples.join(folder), main)?,
            None => Examples::default(),
        };
        if self.requires_examples && !examples.has_main() {
            return Err(Error::NoExample(examples.folder().join(main)));
        }
        Ok(examples)
    }

    /// How to import a resource: each way that the examples show, and what its identity is.
    fn import(&self, name: &str, examples: &Examples) -> Result<Option<String>, Error> {
        let identity = self.schemas.identities.iter().find(|(known, _)| *known == name).map(|(_, schema)| schema);
        let by_block = examples.file("import-by-string-id.tf", "terraform")?;
        let by_command = examples.file("import.sh", "shell")?;
        let by_identity = examples.file("import-by-identity.tf", "terraform")?;
        if self.requires_examples && identity.is_some() && by_identity.is_none() {
            return Err(Error::NoExample(examples.folder().join("import-by-identity.tf")));
        }
        let mut parts = Vec::new();
        if let Some(block) = by_block {
            parts.push("With Terraform 1.5 and later, use an `import` block with the ID:".to_owned());
            parts.push(block);
        }
        if let Some(command) = by_command {
            let how = if parts.is_empty() { "Use `terraform import` with the ID:" } else { "Or use the command:" };
            parts.extend([how.to_owned(), command]);
        }
        if let Some((schema, block)) = identity.zip(by_identity) {
            parts.push("With Terraform 1.12 and later, an `import` block can use the resource identity:".to_owned());
            parts.extend([block, "### Identity".to_owned(), schema::identity(&schema.block).trim_end().to_owned()]);
        }
        if parts.is_empty() {
            return Ok(None);
        }
        Ok(Some(format!("## Import\n\n{}", parts.join("\n\n"))))
    }

    /// The template of a page. One that is named for the type alone belongs to the resource, if there is one, and `index.md`
    /// to the provider.
    fn template_of(&self, kind: Kind, name: &str) -> Result<Option<(PathBuf, String)>, Error> {
        let of_kind = self.template(&format!("{}/{name}.md", kind.folder()))?;
        let is_resource = self.schemas.resources.iter().any(|(known, _)| *known == name);
        let is_taken = name == "index" || kind != Kind::Resource && is_resource;
        if of_kind.is_some() || is_taken { Ok(of_kind) } else { self.template(&format!("{name}.md")) }
    }

    fn template(&self, file: &str) -> Result<Option<(PathBuf, String)>, Error> {
        let Some(folder) = &self.templates else { return Ok(None) };
        let path = folder.join(file);
        Ok(read_if_there(&path)?.map(|text| (path, text)))
    }
}

impl Content {
    /// Everything below the front matter.
    fn body(&self) -> Result<String, Error> {
        let text = match &self.template {
            Some((_, text)) if has(text, "schema") => self.filled()?,
            _ => {
                let examples = self.examples.section(|file| self.shows(file));
                let examples = examples.map(|examples| format!("## Example Usage\n\n{examples}"));
                let inserted = self.template.is_some().then(|| self.filled()).transpose()?;
                let sections = [examples, inserted, Some(self.schema.clone()), self.import.clone()];
                let head = self.head.iter().filter(|part| !part.is_empty()).cloned();
                let sections = head.chain(sections.into_iter().flatten());
                sections.map(|section| section.trim().to_owned()).collect::<Vec<_>>().join("\n\n")
            }
        };
        Ok(text.trim_end().to_owned() + "\n")
    }

    /// The template with what its placeholders stand for.
    fn filled(&self) -> Result<String, Error> {
        let Some((path, text)) = &self.template else { return Ok(String::new()) };
        let filled = template::fill(text, |name| match name {
            "description" => Some(self.description.to_owned()),
            "schema" => Some(self.schema.trim_end().to_owned()),
            "import" => self.import.clone(),
            "examples" => self.examples.section(|file| self.shows(file)),
            "example" => self.examples.main(),
            _ => self.examples.by_file(name.strip_prefix("example ")?.trim()),
        });
        filled.map_err(|name| Error::Placeholder(path.clone(), name))
    }

    /// Whether the template shows this example by itself.
    fn shows(&self, file: &str) -> bool {
        self.template.as_ref().is_some_and(|(_, text)| has(text, &format!("example {file}")))
    }
}

/// Whether a template has a placeholder.
fn has(text: &str, name: &str) -> bool {
    template::parts(text).contains(&template::Part::Placeholder(name))
}

/// What a reader must know before using it: that it is deprecated, and which Terraform it needs.
fn notes(kind: Kind, deprecated: Option<&str>) -> Vec<String> {
    let since = kind.since().map(|version| format!("-> Requires Terraform {version} or later."));
    deprecation(deprecated).into_iter().chain(since).collect()
}

fn deprecation(instead: Option<&str>) -> Option<String> {
    instead.map(|instead| format!("~> **Deprecated.** {instead}"))
}

/// What the registry reads: the title, the section of its navigation, and the first paragraph of the description.
fn front_matter(title: &str, subcategory: Option<&str>, description: &str) -> String {
    // YAML reads strings as JSON writes them.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let subcategory = subcategory.map(|title| format!("subcategory: {}\n", quoted(title))).unwrap_or_default();
    let summary = description.split("\n\n").next().unwrap_or_default().replace('\n', "\n  ");
    let title = quoted(title);
    format!("---\npage_title: {title}\n{subcategory}description: |-\n  {summary}\n---\n\n")
}
