terraform import library_book.emma 1
