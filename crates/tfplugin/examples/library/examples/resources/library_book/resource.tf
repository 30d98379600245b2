resource "library_book" "emma" {
  title = "Emma"
}
