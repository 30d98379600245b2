//! Templates: text with placeholders in double braces.

/// A part of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

/// The parts of a template, in their order. `${{` belongs to the text.
pub(super) fn parts(template: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut text, mut from) = (template, 0);
    while let Some(at) = text[from..].find("{{").map(|at| from + at) {
        let end = text[at..].find("}}").map(|end| at + end);
        match end {
            Some(end) if !text[..at].ends_with('$') => {
                parts.push(Part::Text(&text[..at]));
                parts.push(Part::Placeholder(text[at + 2..end].trim()));
                (text, from) = (&text[end + 2..], 0);
            }
            _ => from = at + 2,
        }
    }
    parts.push(Part::Text(text));
    parts
}

/// The template with each placeholder filled in; the first that has no value is the error.
pub(super) fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut filled = String::new();
    for part in parts(template) {
        match part {
            Part::Text(text) => filled.push_str(text),
            Part::Placeholder(name) => filled.push_str(&value(name).ok_or_else(|| name.to_owned())?),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn placeholders_are_filled_in_once_and_expressions_of_ci_services_stay() {
        let value = |name: &str| (name == "schema").then(|| "{{schema}}".to_owned());
        assert_eq!(
            fill("a {{ schema }} b ${{ secrets.x }} {{schema}}", value).as_deref(),
            Ok("a {{schema}} b ${{ secrets.x }} {{schema}}")
        );
        assert_eq!(fill("{{other thing}}", value), Err("other thing".to_owned()));
        assert_eq!(fill("open {{ only", value).as_deref(), Ok("open {{ only"));
    }
}
