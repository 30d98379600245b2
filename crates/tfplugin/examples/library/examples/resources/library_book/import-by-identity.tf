import {
  to = library_book.emma
  identity = {
    number = 1
  }
}
