import {
  to = library_book.emma
  id = "1"
}
