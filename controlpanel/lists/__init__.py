"""List pages, the same for every tab: search, filters, order, pages, selection, toolbar, CSV file."""
