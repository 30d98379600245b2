//! What a page can be about, and what the registry and Terraform call it.

/// What a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Resource,
    DataSource,
    EphemeralResource,
    ListResource,
    Action,
    Function,
}

impl Kind {
    pub(super) const ALL: [Self; 6] =
        [Self::Resource, Self::DataSource, Self::EphemeralResource, Self::ListResource, Self::Action, Self::Function];

    /// The folder of its pages, examples and templates.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::Resource => "resources",
            Self::DataSource => "data-sources",
            Self::EphemeralResource => "ephemeral-resources",
            Self::ListResource => "list-resources",
            Self::Action => "actions",
            Self::Function => "functions",
        }
    }

    /// Its name in titles.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Resource => "Resource",
            Self::DataSource => "Data Source",
            Self::EphemeralResource => "Ephemeral Resource",
            Self::ListResource => "List Resource",
            Self::Action => "Action",
            Self::Function => "function",
        }
    }

    /// The file name of the main example.
    pub(super) fn main_example(self) -> &'static str {
        match self {
            Self::Resource => "resource.tf",
            Self::DataSource => "data-source.tf",
            Self::EphemeralResource => "ephemeral-resource.tf",
            Self::ListResource => "list-resource.tfquery.hcl",
            Self::Action => "action.tf",
            Self::Function => "function.tf",
        }
    }

    /// The first Terraform that has it, where not all do.
    pub(super) fn since(self) -> Option<&'static str> {
        match self {
            Self::Resource | Self::DataSource => None,
            Self::EphemeralResource => Some("1.10"),
            Self::ListResource | Self::Action => Some("1.14"),
            Self::Function => Some("1.8"),
        }
    }

    /// Whether its arguments stand in a block `config` of its block.
    pub(super) fn has_config_block(self) -> bool {
        matches!(self, Self::ListResource | Self::Action)
    }
}
