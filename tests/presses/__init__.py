"""How many presses and typed lines each thing costs a teammate, counted while it is done."""
