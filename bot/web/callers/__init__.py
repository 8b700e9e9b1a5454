"""Who calls the API, how that is proven, and how much one caller may ask for."""
