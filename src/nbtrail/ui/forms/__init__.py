"""Interactive forms of ipywidgets, and the live view of anywidget: imported only when asked for."""
