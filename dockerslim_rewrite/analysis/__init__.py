"""The stage replayed: state before each instruction, what each step writes and reads, and the run-time contract."""
