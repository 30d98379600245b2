list "library_book" "novels" {
  provider = library

  config {
    title = "Emma"
  }
}
