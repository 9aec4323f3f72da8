"""Records to what people read: HTML for notebooks, text for terminals, JSON, DataFrame.

The HTML has to survive in a saved notebook that nobody trusts and no kernel serves: tables,
inline styles and ``details`` only; no script, no style sheet, no inline SVG.
"""
