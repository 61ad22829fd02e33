"""The derivation document: every displayed formula printed from the objects that are checked."""
