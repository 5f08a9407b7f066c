"""Money: payments, balances, wallet movements, coupons."""
