//! Doc comments, which are descriptions in Markdown.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The doc comment: each paragraph is one line, and what Markdown reads line by line stays as it is written.
pub(crate) fn of(attributes: &[Attribute]) -> String {
    let texts = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    joined(&texts.collect::<Vec<String>>().join("\n"))
}

fn joined(comment: &str) -> String {
    let mut text = String::new();
    let (mut is_in_code, mut follows_prose) = (false, false);
    for line in comment.split('\n') {
        // As rustdoc does, so that lists and code keep their indentation.
        let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
        let is_prose = !is_in_code && is_prose(line);
        text.push(if is_prose && follows_prose { ' ' } else { '\n' });
        text.push_str(line);
        follows_prose = is_prose;
        is_in_code ^= FENCES.iter().any(|fence| line.trim_start().starts_with(fence));
    }
    text.trim().to_owned()
}

const FENCES: [&str; 2] = ["```", "~~~"];

/// Whether Markdown takes the line for one of a paragraph, wherever the line ends.
fn is_prose(line: &str) -> bool {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = rest.len() < line.len() && (rest.starts_with(". ") || rest.starts_with(") "));
    let begins = [" ", "\t", "- ", "* ", "+ ", "#", ">", "|"].iter().chain(&FENCES).any(|mark| line.starts_with(mark));
    !line.is_empty() && !is_numbered && !begins
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn the_lines_of_a_paragraph_are_one() {
        assert_eq!(joined(" One\n line.\n\n Another\n paragraph."), "One line.\n\nAnother paragraph.");
        assert_eq!(joined("*Two*\n-5 of 3.5 or\n20 lines. "), "*Two* -5 of 3.5 or 20 lines.");
    }

    #[test]
    fn lists_tables_and_code_keep_their_lines() {
        let list = " One\n of:\n - a, which\n   goes on\n - b\n   1. c\n\n 2) d\n\n The\n end.";
        assert_eq!(joined(list), "One of:\n- a, which\n  goes on\n- b\n  1. c\n\n2) d\n\nThe end.");
        let code = " So:\n ```terraform\n a = [\n   1,\n\n ]\n ```\n Or\n so.";
        assert_eq!(joined(code), "So:\n```terraform\na = [\n  1,\n\n]\n```\nOr so.");
        assert_eq!(joined(" | a |\n | - |\n | b |\n > c\n > d"), "| a |\n| - |\n| b |\n> c\n> d");
    }
}
