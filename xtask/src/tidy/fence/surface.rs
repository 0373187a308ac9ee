//! The public items of one file.

use std::collections::HashMap;

use syn::spanned::Spanned as _;

use super::leaks::{Fence, Leak};
use crate::tidy::source::{Names, Place, Source};

/// Type and trait names of a crate → whether one of that name is public.
pub(super) type PublicTypes = HashMap<String, bool>;

/// One file, and what its crate makes public.
#[derive(Debug)]
pub(super) struct Surface<'a> {
    source: &'a Source,
    public: &'a PublicTypes,
}

pub(super) fn public_types(sources: &[&Source]) -> PublicTypes {
    let mut found = PublicTypes::new();
    for source in sources {
        let mut open: Vec<&syn::Item> = source.syntax.items.iter().collect();
        while let Some(item) = open.pop() {
            if let syn::Item::Mod(module) = item
                && let Some((_, items)) = &module.content
            {
                open.extend(items);
            }
            if let Some((name, vis)) = declared(item) {
                *found.entry(name).or_default() |= is_public(vis);
            }
        }
    }
    found
}

fn declared(item: &syn::Item) -> Option<(String, &syn::Visibility)> {
    let (name, vis) = match item {
        syn::Item::Struct(item) => (&item.ident, &item.vis),
        syn::Item::Enum(item) => (&item.ident, &item.vis),
        syn::Item::Trait(item) => (&item.ident, &item.vis),
        syn::Item::Type(item) => (&item.ident, &item.vis),
        syn::Item::Union(item) => (&item.ident, &item.vis),
        _ => return None,
    };
    Some((name.to_string(), vis))
}

fn is_public(vis: &syn::Visibility) -> bool {
    matches!(vis, syn::Visibility::Public(_))
}

type Found = Vec<(usize, String)>;

impl<'a> Surface<'a> {
    pub(super) fn of(source: &'a Source, public: &'a PublicTypes) -> Self {
        Self { source, public }
    }

    pub(super) fn leaks(&self, fence: &Fence<'_>) -> Vec<Leak> {
        self.in_items(&self.source.syntax.items, fence)
    }

    fn in_items(&self, items: &[syn::Item], fence: &Fence<'_>) -> Vec<Leak> {
        let shipped = items
            .iter()
            .filter(|item| !self.source.is_test(Place::from(item.span().end())));
        shipped.flat_map(|item| self.in_item(item, fence)).collect()
    }

    fn in_item(&self, item: &syn::Item, fence: &Fence<'_>) -> Vec<Leak> {
        match item {
            syn::Item::Mod(module) => {
                let items = module.content.as_ref().map(|(_, items)| items.as_slice());
                self.in_items(items.unwrap_or_default(), fence)
            }
            syn::Item::Impl(item) => self.in_impl(item, fence),
            syn::Item::Fn(item) if is_public(&item.vis) => {
                owned(&item.sig.ident, fence.in_signature(&item.sig))
            }
            syn::Item::Struct(item) if is_public(&item.vis) => {
                owned(&item.ident, in_struct(item, fence))
            }
            syn::Item::Enum(item) if is_public(&item.vis) => {
                owned(&item.ident, in_enum(item, fence))
            }
            syn::Item::Type(item) if is_public(&item.vis) => {
                owned(&item.ident, fence.in_type(&item.ty))
            }
            syn::Item::Const(item) if is_public(&item.vis) => {
                owned(&item.ident, fence.in_type(&item.ty))
            }
            syn::Item::Static(item) if is_public(&item.vis) => {
                owned(&item.ident, fence.in_type(&item.ty))
            }
            syn::Item::Trait(item) if is_public(&item.vis) => {
                owned(&item.ident, in_trait(item, fence))
            }
            syn::Item::Use(item) if is_public(&item.vis) => in_export(item, fence),
            _ => Vec::new(),
        }
    }

    fn in_impl(&self, item: &syn::ItemImpl, fence: &Fence<'_>) -> Vec<Leak> {
        let hidden = |name: &str| self.public.get(name) == Some(&false);
        let name = type_name(&item.self_ty);
        if hidden(&name) {
            return Vec::new();
        }
        let found = match &item.trait_ {
            None => in_methods(item, fence),
            Some((_, path, _)) => {
                let of_trait = path
                    .segments
                    .last()
                    .map(|segment| segment.ident.to_string());
                if of_trait.as_deref().is_some_and(hidden) {
                    return Vec::new();
                }
                in_trait_impl(item, path, fence)
            }
        };
        owned(&name, found)
    }
}

fn in_struct(item: &syn::ItemStruct, fence: &Fence<'_>) -> Found {
    let mut found = fence.in_generics(&item.generics);
    for field in &item.fields {
        if is_public(&field.vis) || becomes_from(field) {
            found.extend(fence.in_type(&field.ty));
        }
    }
    found
}

fn in_enum(item: &syn::ItemEnum, fence: &Fence<'_>) -> Found {
    let fields = item.variants.iter().flat_map(|variant| &variant.fields);
    let mut found = fence.in_generics(&item.generics);
    found.extend(fields.flat_map(|field| fence.in_type(&field.ty)));
    found
}

/// `#[from]` makes `impl From<ThatType>`, which is public whatever the field is.
fn becomes_from(field: &syn::Field) -> bool {
    field
        .attrs
        .iter()
        .any(|attribute| attribute.path().is_ident("from"))
}

fn in_trait(item: &syn::ItemTrait, fence: &Fence<'_>) -> Found {
    let mut found = fence.in_generics(&item.generics);
    found.extend(fence.in_bounds(&item.supertraits));
    for inner in &item.items {
        match inner {
            syn::TraitItem::Fn(method) => found.extend(fence.in_signature(&method.sig)),
            syn::TraitItem::Const(constant) => found.extend(fence.in_type(&constant.ty)),
            syn::TraitItem::Type(associated) => {
                found.extend(fence.in_bounds(&associated.bounds));
            }
            _ => {}
        }
    }
    found
}

fn in_methods(item: &syn::ItemImpl, fence: &Fence<'_>) -> Found {
    let mut found = Vec::new();
    for inner in &item.items {
        match inner {
            syn::ImplItem::Fn(method) if is_public(&method.vis) => {
                found.extend(fence.in_signature(&method.sig));
            }
            syn::ImplItem::Const(constant) if is_public(&constant.vis) => {
                found.extend(fence.in_type(&constant.ty));
            }
            _ => {}
        }
    }
    found
}

/// `impl From<Foreign> for Ours`, `impl Foreign for Ours`, `type Error = Foreign`.
fn in_trait_impl(item: &syn::ItemImpl, path: &syn::Path, fence: &Fence<'_>) -> Found {
    let mut found = fence.in_path(path);
    found.extend(fence.in_type(&item.self_ty));
    for inner in &item.items {
        if let syn::ImplItem::Type(associated) = inner {
            found.extend(fence.in_type(&associated.ty));
        }
    }
    found
}

fn in_export(item: &syn::ItemUse, fence: &Fence<'_>) -> Vec<Leak> {
    let line = item.span().start().line;
    let foreign = Names::imports(&item.tree)
        .into_iter()
        .filter_map(|import| Some((import.local, fence.foreign_path(&import.path)?)));
    foreign
        .map(|(local, path)| Leak {
            line,
            path,
            owner: format!("the export `{local}`"),
        })
        .collect()
}

fn owned(name: &impl ToString, found: Found) -> Vec<Leak> {
    let owner = format!("`{}`", name.to_string());
    found
        .into_iter()
        .map(|(line, path)| Leak {
            line,
            path,
            owner: owner.clone(),
        })
        .collect()
}

fn type_name(ty: &syn::Type) -> String {
    match ty {
        syn::Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string())
            .unwrap_or_default(),
        syn::Type::Reference(reference) => type_name(&reference.elem),
        _ => "an impl".to_owned(),
    }
}
