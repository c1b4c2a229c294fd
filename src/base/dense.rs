//! A row of things that are found by their place, as what has an id is. Flink counterpart: none.
//!
//! It is a boxed slice, but for what happens when a place does not exist: a slice says at every use which place it was and
//! where in the source, and an engine that looks its subtasks up in a hundred places would carry all that along.

use std::ops::{Deref, DerefMut, Index, IndexMut};

/// Things by their place.
#[derive(Clone, PartialEq, Debug)]
pub struct Dense<T>(Box<[T]>);

impl<T> Default for Dense<T> {
    fn default() -> Self {
        Dense(Box::default())
    }
}

impl<T> From<Vec<T>> for Dense<T> {
    fn from(things: Vec<T>) -> Self {
        Dense(things.into())
    }
}

impl<T> FromIterator<T> for Dense<T> {
    fn from_iter<I: IntoIterator<Item = T>>(things: I) -> Self {
        Dense(things.into_iter().collect())
    }
}

impl<T> Deref for Dense<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> DerefMut for Dense<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<'a, T> IntoIterator for &'a Dense<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut Dense<T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter_mut()
    }
}

impl<T> Index<usize> for Dense<T> {
    type Output = T;

    #[inline(always)]
    fn index(&self, place: usize) -> &T {
        match self.0.get(place) {
            Some(thing) => thing,
            None => missing(),
        }
    }
}

impl<T> IndexMut<usize> for Dense<T> {
    #[inline(always)]
    fn index_mut(&mut self, place: usize) -> &mut T {
        match self.0.get_mut(place) {
            Some(thing) => thing,
            None => missing(),
        }
    }
}

#[cold]
#[inline(never)]
fn missing() -> ! {
    panic!("nothing has this id")
}
