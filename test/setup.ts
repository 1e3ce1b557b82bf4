// Run before each file; what it imports runs once, because files share the modules of a worker.
import './equal-sets.ts'
