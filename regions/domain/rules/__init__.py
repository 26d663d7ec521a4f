"""The rules of health: what is said of an object of each kind. `regions.domain.health.assess` chooses among them."""
