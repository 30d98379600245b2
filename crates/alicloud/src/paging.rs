//! Lists that come in pages. A service may count wrongly, give shorter pages than requested, or not know pages and
//! answer the same one again, so only a page with nothing new ends a list.

use super::error::{Certainty, Error, Failure};

/// The pages of a list that were read so far.
#[derive(Debug)]
pub(super) struct Pages<T> {
    action: &'static str,
    pages: Vec<Vec<T>>,
    /// The most that the service has counted.
    counted: usize,
}

impl<T: PartialEq> Pages<T> {
    /// None yet, of the list of this operation.
    pub(super) fn of(action: &'static str) -> Self {
        Self { action, pages: Vec::new(), counted: 0 }
    }

    /// Adds a page, and how many elements the service counts in the whole list. Says whether the page had anything new:
    /// elements may be alike, whole pages are not.
    pub(super) fn add(&mut self, page: Vec<T>, counted: Option<usize>) -> bool {
        self.counted = self.counted.max(counted.unwrap_or_default());
        let is_new = !page.is_empty() && !self.pages.contains(&page);
        if is_new {
            self.pages.push(page);
        }
        is_new
    }

    /// How many elements were read.
    pub(super) fn len(&self) -> usize {
        self.pages.iter().map(Vec::len).sum()
    }

    /// Whether the list has exactly as many elements as the service counts.
    pub(super) fn is_counted(&self) -> bool {
        self.len() == self.counted
    }

    /// Whether the service counts less than was read, which is something else, or nothing.
    pub(super) fn is_beyond_count(&self) -> bool {
        self.len() > self.counted
    }

    /// Whether the list is whole after its last page.
    ///
    /// # Errors
    /// The service has counted more.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.len() < self.counted {
            let what = format!("it lists {} of the {} that it counts", self.len(), self.counted);
            return Err(self.failure(Error::Malformed { status: 200, request_id: None, what }));
        }
        Ok(())
    }

    /// The list, after its last page.
    ///
    /// # Errors
    /// As for [`Self::check`].
    pub(super) fn complete(self) -> Result<Vec<T>, Failure> {
        self.check()?;
        Ok(self.pages.into_iter().flatten().collect())
    }

    /// The failure of a list that goes on after the last page that is read.
    pub(super) fn endless(&self) -> Failure {
        self.failure(Error::TooMany { read: self.len() })
    }

    fn failure(&self, error: Error) -> Failure {
        Failure { action: self.action, error, attempts: 1, certainty: Certainty::NotDone }
    }
}
