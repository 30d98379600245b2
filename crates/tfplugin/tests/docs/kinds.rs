//! Pages of data sources, ephemeral resources, actions and functions, of nested attributes, blocks and timeouts.

use tfplugin::{docs::Generator, *};

/// Where a shop is.
#[derive(Debug, Clone, Model)]
#[model(provider)]
struct Settings {
    /// The addresses.
    #[attr(block, max = 1)]
    address: Set<Address>,
}

/// An address.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Address {
    /// The city.
    #[attr(env("SHOP_CITY"))]
    city: Option<String>,
}

/// Looks up a price.
#[derive(Debug, Clone, Model)]
#[model(data_source = "shop_price")]
struct Price {
    /// The article.
    article: String,
    /// How the search is narrowed.
    filters: Option<Vec<Filter>>,
    /// What was found.
    found: Computed<Vec<Found>>,
    /// How long reading may take.
    #[attr(timeouts(read = "90s"))]
    timeouts: Timeouts,
}

/// A filter.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Filter {
    /// What is compared.
    name: String,
}

/// A price that was found.
#[derive(Debug, Clone, Model)]
#[model(nested)]
struct Found {
    /// The price.
    price: Computed<i64>,
}

/// A key for one visit.
#[derive(Debug, Clone, Model)]
#[model(ephemeral_resource = "shop_key")]
struct Key {
    /// The key.
    key: Computed<Sensitive<String>>,
}

/// Closes the shop.
#[derive(Debug, Clone, Model)]
#[model(action = "shop_close")]
struct Close {
    /// Until when.
    #[attr(deprecated = "Use `from`.")]
    until: Option<String>,
}

/// Joins texts.
///
/// Empty texts are left out.
#[derive(Debug, Clone, Model)]
#[model(function = "join")]
struct Join {
    /// What stands between the texts.
    #[attr(length(1..=9))]
    separator: Option<String>,
    /// The texts.
    texts: Variadic<String>,
}

struct Shop;

impl Provider for Shop {
    type Block = Settings;
    type Client = ();

    fn resources(&self) -> Resources<()> {
        Resources::new()
    }

    fn data_sources(&self) -> DataSources<()> {
        DataSources::new().add(Shop)
    }

    fn ephemeral_resources(&self) -> EphemeralResources<()> {
        EphemeralResources::new().add(Shop)
    }

    fn actions(&self) -> Actions<()> {
        Actions::new().add(Shop)
    }

    fn functions(&self) -> Functions {
        Functions::new().add(Shop)
    }

    async fn configure(&self, _: Configure<Settings>, _: &Context) -> Result<Configured<()>, Diagnostics> {
        Ok(Configured::Ready(()))
    }
}

impl DataSource for Shop {
    type Model = Price;
    type Client = ();

    async fn read(&self, _: &(), _: Price, _: &Context) -> Result<Price, Diagnostics> {
        Err(Diagnostic::error("The shop is closed", "").into())
    }
}

impl EphemeralResource for Shop {
    type Model = Key;
    type Client = ();

    async fn open(&self, _: &(), _: Key, _: &Context) -> Result<Opened<Key>, Diagnostics> {
        Err(Diagnostic::error("The shop is closed", "").into())
    }
}

impl Action for Shop {
    type Model = Close;
    type Client = ();

    async fn invoke(&self, _: &(), _: Close, _: &Context) -> Result<(), Diagnostics> {
        Ok(())
    }
}

impl Function for Shop {
    type Model = Join;
    type Output = String;

    fn call(&self, _: Join) -> Result<String, FunctionError> {
        Ok(String::new())
    }
}

fn page(file: &str) -> String {
    let pages = Generator::new("shop", &Shop).pages().unwrap();
    pages.get(file).unwrap_or_else(|| panic!("there is no {file} in {pages:?}")).to_owned()
}

#[test]
fn nested_attributes_blocks_and_timeouts_have_sections() {
    let price = page("data-sources/price.md");
    assert!(price.contains("# shop_price (Data Source)\n\nLooks up a price.\n"));
    assert!(
        price.contains("- `filters` (Attributes List) How the search is narrowed. See [below](#nested--filters).\n")
    );
    let ignored = "Terraform ignores names that are not listed here, without an error.";
    assert!(price.contains(&format!("<a id=\"nested--filters\"></a>\n### `filters`\n\n{ignored}\n\n#### Required\n")));
    assert!(price.contains("### `found`\n\n#### Read-Only\n\n- `price` (Number) The price.\n"));
    assert!(
        price.contains("### `timeouts`\n\nEach is a duration from `1s` to `24h`, such as `30s`, `5m` or `1h30m`.\n")
    );
    assert!(price.ends_with("\n- `read` (String) Default `1m 30s`.\n"));
    let index = page("index.md");
    assert!(index.contains("# shop Provider\n\nWhere a shop is.\n"));
    assert!(index.contains("- `address` (Block Set, Max: 1) The addresses. See [below](#nested--address).\n"));
    assert!(index.contains("- `city` (String) The city. Environment: `SHOP_CITY`.\n"));
}

#[test]
fn each_kind_says_what_it_needs() {
    let key = page("ephemeral-resources/key.md");
    assert!(
        key.contains("# shop_key (Ephemeral Resource)\n") && key.contains("-> Requires Terraform 1.10 or later.\n")
    );
    assert!(key.contains("- `key` (String, Sensitive) The key.\n"));
    let close = page("actions/close.md");
    assert!(close.contains("# shop_close (Action)\n") && close.contains("-> Requires Terraform 1.14 or later.\n"));
    assert!(close.contains("These arguments go into the `config` block.\n"));
    assert!(close.contains("- `until` (String, Deprecated) Until when. Use `from`.\n"));
}

#[test]
fn a_function_has_a_signature_and_numbered_arguments() {
    let join = page("functions/join.md");
    assert!(join.starts_with(
        "---\npage_title: \"join function - shop\"\ndescription: |-\n  Joins texts.\n---\n\n# function: join\n"
    ));
    assert!(join.contains("Joins texts.\n\nEmpty texts are left out.\n"));
    assert!(join.contains("## Signature\n\n```text\njoin(separator string, texts string...) string\n```\n"));
    assert!(join.ends_with(
        "## Arguments\n\n1. `separator` (Nullable, String) What stands between the texts. Must be 1 to 9 characters long.\n\
         2. `texts` (Variadic, String) The texts.\n"
    ));
}
