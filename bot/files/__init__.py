"""Files that customers and teammates send each other: kept in pieces, told by their bytes, without what
cameras add.
"""
