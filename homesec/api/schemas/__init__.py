"""What the API takes and gives, one module a resource; rows become schemas by `from_row`."""
