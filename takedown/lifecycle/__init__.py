"""What happens to a notice after it was exported: sent, answered, refused, submitted again, withdrawn, closed.

`steps` writes down what people say happened, `outcome` what looks say, `duties` lists what is due,
`statistics` adds up.
"""
