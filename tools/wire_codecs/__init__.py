"""What tools/generate_codecs.py is made of: the schema as objects, and one emitter a language."""
