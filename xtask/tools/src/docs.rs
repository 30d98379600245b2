//! The documentation as the Terraform registry shows it: from the schemas, the examples and one template a page.

use std::{fmt::Write as _, fs, path::Path};

use terraform_provider_alicloud::Alicloud;

use tfplugin::{
    Schemas,
    schema::{Attribute, Block, Kind, Mode, NestedBlock, Nesting, Schema, demands, describe},
    schemas,
    value::Type,
};

use xtask::{Outcome, root};

/// The sections of the registry's navigation, by resource. One that is not here stands at the top.
const SUBCATEGORIES: [(&str, &str); 8] = [
    ("alicloud_caller_identity", "Security Token Service (STS)"),
    ("alicloud_market_instance_access", "Market Place"),
    ("alicloud_market_order", "Market Place"),
    ("alicloud_market_price", "Market Place"),
    ("alicloud_market_product", "Market Place"),
    ("alicloud_market_products", "Market Place"),
    ("alicloud_pai_products", "Platform For AI (PAI)"),
    ("alicloud_pai_product_order", "Platform For AI (PAI)"),
];

pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let check = match arguments {
        [] => false,
        ["--check"] => true,
        _ => return Err("usage: cargo xtask docs [--check]".to_owned()),
    };
    let schemas = schemas(&Alicloud::default());
    let mut pages = vec![("docs/index.md".to_owned(), index(&schemas.provider)?)];
    for (name, schema) in &schemas.resources {
        let file = format!("docs/resources/{}.md", name.trim_start_matches("alicloud_"));
        pages.push((file, resource_page(name, schema, &schemas)?));
    }
    for (name, schema) in &schemas.list_resources {
        let file = format!("docs/list-resources/{}.md", name.trim_start_matches("alicloud_"));
        pages.push((file, list_resource_page(name, schema)?));
    }
    for (name, schema) in &schemas.data_sources {
        let file = format!("docs/data-sources/{}.md", name.trim_start_matches("alicloud_"));
        pages.push((file, data_source_page(name, schema)?));
    }
    for (name, schema) in &schemas.ephemeral_resources {
        let file = format!("docs/ephemeral-resources/{}.md", name.trim_start_matches("alicloud_"));
        pages.push((file, ephemeral_resource_page(name, schema)?));
    }
    let mut differing = odd_pages(&pages)?;
    for (file, text) in pages {
        let path = root().join(&file);
        if fs::read_to_string(&path).is_ok_and(|present| present == text) {
            continue;
        }
        if check {
            differing.push(file);
        } else {
            let written = fs::create_dir_all(path.parent().unwrap_or(&path)).and_then(|()| fs::write(&path, text));
            written.map_err(|error| format!("{file} cannot be written: {error}"))?;
            println!("wrote {file}");
        }
    }
    if differing.is_empty() {
        Ok(())
    } else {
        Err(format!("{} differ from what the schemas say. Run cargo xtask docs.", differing.join(", ")))
    }
}

/// Pages that no schema stands behind, and guides that the registry cannot list.
fn odd_pages(pages: &[(String, String)]) -> Result<Vec<String>, String> {
    let mut odd = Vec::new();
    const FOLDERS: [&str; 5] =
        ["docs/resources", "docs/list-resources", "docs/data-sources", "docs/ephemeral-resources", "docs/guides"];
    for folder in FOLDERS {
        let entries = fs::read_dir(root().join(folder)).into_iter().flatten();
        for entry in entries.flatten() {
            let file = format!("{folder}/{}", entry.file_name().to_string_lossy());
            let is_made = pages.iter().any(|(page, _)| *page == file);
            let is_guide = folder == "docs/guides" && read(&entry.path())?.starts_with("---\npage_title: ");
            odd.extend((!is_made && !is_guide).then_some(file));
        }
    }
    Ok(odd)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn front_matter(title: &str, subcategory: Option<&str>, description: &str) -> String {
    let subcategory = subcategory.map(|title| format!("subcategory: \"{title}\"\n")).unwrap_or_default();
    format!("---\npage_title: \"{title}\"\n{subcategory}description: |-\n  {description}\n---\n\n")
}

fn index(schema: &Schema) -> Result<String, String> {
    let template = read(&root().join("xtask/templates/index.md"))?;
    let example = read(&root().join("examples/provider/provider.tf"))?;
    let page = template
        .replace("{{example}}", &format!("```terraform\n{example}```"))
        .replace("{{schema}}", schema_section(&schema.block).trim_end());
    Ok(front_matter("Provider: Alibaba Cloud orders", None, schema.block.description) + &page)
}

fn resource_page(name: &str, schema: &Schema, schemas: &Schemas) -> Result<String, String> {
    let examples = root().join("examples/resources").join(name);
    let subcategory = SUBCATEGORIES.iter().find(|(known, _)| *known == name).map(|(_, title)| *title);
    let template = root().join("xtask/templates").join(format!("{name}.md"));
    let template = if template.exists() { read(&template)? } else { String::new() };
    let mut page = front_matter(&format!("{name} Resource - alicloud"), subcategory, schema.block.description);
    let _ = write!(page, "# {name} (Resource)\n\n{}\n\n", schema.block.description);
    let _ = write!(page, "## Example Usage\n\n```terraform\n{}```\n\n", read(&examples.join("resource.tf"))?);
    if !template.is_empty() {
        let _ = writeln!(page, "{template}");
    }
    page.push_str(&schema_section(&schema.block));
    let _ = write!(
        page,
        "## Import\n\nBy its id. With Terraform 1.5 and later, as a block:\n\n```terraform\n{}```\n\nOr as a \
         command:\n\n```shell\n{}```\n",
        read(&examples.join("import-by-string-id.tf"))?,
        read(&examples.join("import.sh"))?
    );
    if let Some((_, identity)) = schemas.identities.iter().find(|(known, _)| *known == name) {
        let _ = write!(
            page,
            "\nBy its identity, with Terraform 1.12 and later:\n\n```terraform\n{}```\n\n",
            read(&examples.join("import-by-identity.tf"))?
        );
        page.push_str("The identity has:\n\n");
        for attribute in &identity.block.attributes {
            let mode = if attribute.mode == Mode::Required { "Required" } else { "Optional" };
            let _ = writeln!(page, "- {}", line(attribute, attribute.name).replacen('(', &format!("({mode}, "), 1));
        }
    }
    Ok(page)
}

fn list_resource_page(name: &str, schema: &Schema) -> Result<String, String> {
    let example = root().join("examples/list-resources").join(name).join("list-resource.tfquery.hcl");
    let subcategory = SUBCATEGORIES.iter().find(|(known, _)| *known == name).map(|(_, title)| *title);
    let mut page = front_matter(&format!("{name} List Resource - alicloud"), subcategory, schema.block.description);
    let _ = write!(page, "# {name} (List Resource)\n\n{} Needs Terraform 1.14.\n\n", schema.block.description);
    let _ = write!(page, "## Example Usage\n\n```terraform\n{}```\n\n", read(&example)?);
    page.push_str("These arguments stand in the `config` block.\n\n");
    page.push_str(&schema_section(&schema.block));
    page.truncate(page.trim_end().len());
    page.push('\n');
    Ok(page)
}

fn data_source_page(name: &str, schema: &Schema) -> Result<String, String> {
    let example = root().join("examples/data-sources").join(name).join("data-source.tf");
    let subcategory = SUBCATEGORIES.iter().find(|(known, _)| *known == name).map(|(_, title)| *title);
    let mut page = front_matter(&format!("{name} Data Source - alicloud"), subcategory, schema.block.description);
    let _ = write!(page, "# {name} (Data Source)\n\n{}\n\n", schema.block.description);
    let _ = write!(page, "## Example Usage\n\n```terraform\n{}```\n\n", read(&example)?);
    page.push_str(&schema_section(&schema.block));
    page.truncate(page.trim_end().len());
    page.push('\n');
    Ok(page)
}

fn ephemeral_resource_page(name: &str, schema: &Schema) -> Result<String, String> {
    let example = root().join("examples/ephemeral-resources").join(name).join("ephemeral-resource.tf");
    let subcategory = SUBCATEGORIES.iter().find(|(known, _)| *known == name).map(|(_, title)| *title);
    let description = schema.block.description;
    let mut page = front_matter(&format!("{name} Ephemeral Resource - alicloud"), subcategory, description);
    let _ = write!(page, "# {name} (Ephemeral Resource)\n\n{description} Needs Terraform 1.10 or OpenTofu 1.11.\n\n");
    let _ = write!(page, "## Example Usage\n\n```terraform\n{}```\n\n", read(&example)?);
    page.push_str(&schema_section(&schema.block));
    page.truncate(page.trim_end().len());
    page.push('\n');
    Ok(page)
}

fn schema_section(block: &Block) -> String {
    let mut text = String::from("## Schema\n\n");
    let mut nested = Vec::new();
    object(&mut text, "", &block.attributes, &block.blocks, &mut nested);
    while let Some((path, attributes, blocks, is_value)) = nested.pop() {
        let _ = write!(text, "<a id=\"{}\"></a>\n### `{path}`\n\n", anchor(&path));
        if is_value {
            text.push_str(MISSPELT);
        }
        object(&mut text, &path, attributes, blocks, &mut nested);
    }
    text
}

/// Terraform drops unknown names before the provider sees them.
const MISSPELT: &str = "Check the spelling: Terraform ignores other names here without an error.\n\n";

/// A heading and the attributes that stand below it.
type Group = (&'static str, fn(Mode) -> bool);

/// What is inside an attribute or a block: its path, and whether Terraform treats it as a value.
type Nested<'a> = (String, &'a [Attribute], &'a [NestedBlock], bool);

fn object<'a>(
    text: &mut String,
    path: &str,
    attributes: &'a [Attribute],
    blocks: &'a [NestedBlock],
    nested: &mut Vec<Nested<'a>>,
) {
    let groups: [Group; 3] = [
        ("Required", |mode| mode == Mode::Required),
        ("Optional", |mode| matches!(mode, Mode::Optional | Mode::OptionalComputed)),
        ("Read-Only", |mode| mode == Mode::Computed),
    ];
    let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for (title, belongs) in groups {
        let mut members: Vec<&Attribute> = attributes.iter().filter(|attribute| belongs(attribute.mode)).collect();
        members.sort_by_key(|attribute| attribute.name);
        if !members.is_empty() {
            let _ = write!(text, "{} {title}\n\n", if path.is_empty() { "###" } else { "####" });
            for attribute in &members {
                let _ = writeln!(text, "- {}", line(attribute, &inside(attribute.name)));
            }
            text.push('\n');
        }
    }
    if !blocks.is_empty() {
        text.push_str("### Blocks\n\n");
        for block in blocks {
            let _ = writeln!(
                text,
                "- `{}` (Block) {}{} See [below](#{}).",
                block.name,
                block.block.description,
                demands(&block.relations),
                anchor(&inside(block.name))
            );
        }
        text.push('\n');
    }
    for block in blocks.iter().rev() {
        nested.push((inside(block.name), &block.block.attributes, &block.block.blocks, false));
    }
    for attribute in attributes.iter().rev() {
        if let Kind::Nested(_, inner) = &attribute.kind {
            nested.push((inside(attribute.name), inner, &[], true));
        }
    }
}

fn line(attribute: &Attribute, path: &str) -> String {
    let mut facts = vec![type_name(attribute)];
    if attribute.sensitive {
        facts.push("Sensitive".to_owned());
    }
    if attribute.force_new {
        facts.push("Forces new resource".to_owned());
    }
    let mut text = format!("`{}` ({}) {}", attribute.name, facts.join(", "), attribute.description);
    text.push_str(&describe(attribute));
    if matches!(attribute.kind, Kind::Nested(..)) {
        let _ = write!(text, " See [below](#{}).", anchor(path));
    }
    text
}

fn anchor(path: &str) -> String {
    format!("nested--{}", path.replace('.', "--"))
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

fn plain(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::List(of) => format!("List of {}", plain(of)),
        Type::Set(of) => format!("Set of {}", plain(of)),
        Type::Map(of) => format!("Map of {}", plain(of)),
        Type::Dynamic | Type::Tuple(_) | Type::Object(_) => "Any".to_owned(),
    }
}
