"""The fault drill: commands of every kind under every fault, their effects counted in the platforms' ledgers."""
