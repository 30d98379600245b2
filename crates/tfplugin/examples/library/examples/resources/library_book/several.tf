# Several books on one shelf
#
# Each title is the key of its own instance, so removing one title leaves the other books
# where they are.
resource "library_book" "novel" {
  for_each = toset(["Emma", "Persuasion"])

  title = each.key
  shelf = "novels"
}
