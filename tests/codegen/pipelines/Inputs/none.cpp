// An object without a model.
int answer() { return 42; }
