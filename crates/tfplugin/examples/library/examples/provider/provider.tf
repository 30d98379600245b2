terraform {
  required_providers {
    library = {
      source = "example/library"
    }
  }
}

provider "library" {
  branch = "north"
}
