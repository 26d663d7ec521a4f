"""What people say of something for a time: maintenance and acknowledgements."""
