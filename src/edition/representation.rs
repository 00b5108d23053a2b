//! The bytes of a resource in each content coding.
