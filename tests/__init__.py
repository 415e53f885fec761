"""What the product promises, one folder for each room."""
