"""Records to what people see: HTML for notebooks, text for terminals, frames for analysis."""
