//! Mutants of a source file: each is a place where `mutant::is(number)` decides between what stands there and something else. Code
//! that is evaluated at compile time, tests and texts for people have none.

use quote::{ToTokens, quote};
use syn::{
    Arm, Attribute, BinOp, Block, Expr, ImplItemFn, Item, ItemFn, ItemImpl, ItemMod, Lit, Pat, ReturnType, Signature,
    Stmt, TraitItemFn, Type, parse_quote, spanned::Spanned, visit_mut, visit_mut::VisitMut,
};

/// A change of the code.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// By which it is chosen.
    pub number: u32,
    /// Path from the root of the repository.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What becomes of what.
    pub what: String,
}

impl Mutant {
    /// Where it is, and what becomes of what.
    pub fn place(&self) -> String {
        format!("{}:{}: {}", self.file, self.line, self.what)
    }
}

/// Methods that answer with a yes or no.
const QUESTIONS: [&str; 14] = [
    "is_some",
    "is_none",
    "is_ok",
    "is_err",
    "is_empty",
    "is_some_and",
    "is_none_or",
    "contains",
    "any",
    "all",
    "starts_with",
    "ends_with",
    "eq",
    "covers",
];
/// Implementations of these say something to people.
const SPEAKS: [&str; 2] = ["Display", "Debug"];

/// Puts all mutants of a file into it.
pub struct Mutator<'m> {
    file: &'m str,
    mutants: &'m mut Vec<Mutant>,
    /// Where it is: of what is changed already nobody knows where it stood.
    line: usize,
}

impl<'m> Mutator<'m> {
    /// For a file whose mutants come behind these.
    pub fn new(file: &'m str, mutants: &'m mut Vec<Mutant>) -> Self {
        Self { file, mutants, line: 0 }
    }

    fn mutant(&mut self, what: String) -> Expr {
        let number = u32::try_from(self.mutants.len() + 1).expect("not so many");
        self.mutants.push(Mutant { number, file: self.file.to_owned(), line: self.line, what });
        parse_quote!(crate::mutant::is(#number))
    }

    /// The opposite of an answer.
    fn opposite(&mut self, answer: &mut Expr, what: String) {
        let chosen = self.mutant(what);
        *answer = parse_quote!((#chosen ^ (#answer)));
    }

    fn binary(&mut self, expr: &mut Expr, before: &str) {
        let Expr::Binary(binary) = &*expr else { return };
        let (left, right) = (&binary.left, &binary.right);
        let edge = |op: BinOp| -> Option<BinOp> {
            Some(match op {
                BinOp::Lt(_) => parse_quote!(<=),
                BinOp::Le(_) => parse_quote!(<),
                BinOp::Gt(_) => parse_quote!(>=),
                BinOp::Ge(_) => parse_quote!(>),
                _ => return None,
            })
        };
        match binary.op {
            BinOp::Eq(_) | BinOp::Ne(_) => self.opposite(expr, format!("not {before}")),
            BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_) => {
                let (op, Some(other)) = (binary.op, edge(binary.op)) else { return };
                let chosen = self.mutant(format!("{} in {before}", other.to_token_stream()));
                let mut edged = parse_quote!(match (&(#left), &(#right)) {
                    (left, right) => if #chosen { left #other right } else { left #op right },
                });
                self.opposite(&mut edged, format!("not {before}"));
                *expr = edged;
            }
            // Each side is evaluated once, and the second where it is asked for.
            BinOp::And(_) if !is_chain(left) && !is_chain(right) => {
                let chosen = self.mutant(format!("|| in {before}"));
                *expr = parse_quote!({ let left: bool = #left; if #chosen ^ left { #right } else { left } });
            }
            BinOp::Or(_) => {
                let chosen = self.mutant(format!("&& in {before}"));
                *expr = parse_quote!({ let left: bool = #left; if #chosen ^ !left { #right } else { left } });
            }
            _ => {}
        }
    }

    fn function(&mut self, attributes: &[Attribute], signature: &Signature, block: &mut Block) {
        if signature.constness.is_some() || attributes.iter().any(is_of_tests) {
            return;
        }
        self.visit_block_mut(block);
        self.line = signature.ident.span().start().line;
        for instead in instead(&signature.output) {
            let chosen = self.mutant(format!("{} returns {}", signature.ident, short(&instead)));
            block.stmts.insert(0, parse_quote!(if #chosen { return #instead; }));
        }
    }
}

/// What a function may return instead.
fn instead(output: &ReturnType) -> Vec<Expr> {
    let ReturnType::Type(_, output) = output else { return vec![parse_quote!(())] };
    let Type::Path(path) = &**output else { return Vec::new() };
    let text = path.to_token_stream().to_string().replace(' ', "");
    match text.as_str() {
        "bool" => vec![parse_quote!(true), parse_quote!(false)],
        "usize" | "u64" | "u32" | "u8" => vec![parse_quote!(0)],
        _ if text.starts_with("Option<") => vec![parse_quote!(None)],
        _ if text.starts_with("Vec<") => vec![parse_quote!(Vec::new())],
        _ if text.starts_with("Result<(),") => vec![parse_quote!(Ok(()))],
        _ => Vec::new(),
    }
}

/// Whether something is only there in tests.
fn is_of_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("test") || attribute.to_token_stream().to_string().replace(' ', "") == "#[cfg(test)]"
}

/// A condition that binds names.
fn is_chain(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(binary) => is_chain(&binary.left) || is_chain(&binary.right),
        _ => false,
    }
}

/// What may live for ever because it is constant: a reference to literals.
fn is_constant(expr: &Expr) -> bool {
    matches!(expr, Expr::Array(_) | Expr::Lit(_) | Expr::Struct(_) | Expr::Tuple(_) | Expr::Repeat(_) | Expr::Call(_))
}

/// The answer to a question, which is not looked at already.
fn is_question(expr: &Expr) -> bool {
    match expr {
        Expr::MethodCall(call) => QUESTIONS.iter().any(|question| call.method == question),
        Expr::Macro(it) => it.mac.path.is_ident("matches"),
        _ => false,
    }
}

/// A condition that nothing else changes.
fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) | Expr::Field(_) | Expr::Call(_) | Expr::Unary(_) => true,
        Expr::MethodCall(_) => !is_question(expr),
        _ => false,
    }
}

/// As it stands there, for one line.
fn short(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    match text.char_indices().nth(100) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

impl VisitMut for Mutator<'_> {
    fn visit_item_mut(&mut self, item: &mut Item) {
        // What is constant is evaluated by the compiler.
        if !matches!(
            item,
            Item::Const(_) | Item::Static(_) | Item::Enum(_) | Item::Struct(_) | Item::Type(_) | Item::Macro(_)
        ) {
            visit_mut::visit_item_mut(self, item);
        }
    }

    fn visit_item_mod_mut(&mut self, module: &mut ItemMod) {
        if !module.attrs.iter().any(is_of_tests) {
            visit_mut::visit_item_mod_mut(self, module);
        }
    }

    fn visit_item_impl_mut(&mut self, implementation: &mut ItemImpl) {
        let name =
            implementation.trait_.as_ref().and_then(|(_, path, _)| path.segments.last().map(|it| it.ident.to_string()));
        if !name.is_some_and(|name| SPEAKS.contains(&&*name)) {
            visit_mut::visit_item_impl_mut(self, implementation);
        }
    }

    fn visit_item_fn_mut(&mut self, function: &mut ItemFn) {
        let ItemFn { attrs, sig, block, .. } = function;
        self.function(attrs, sig, block);
    }

    fn visit_impl_item_fn_mut(&mut self, function: &mut ImplItemFn) {
        let ImplItemFn { attrs, sig, block, .. } = function;
        self.function(attrs, sig, block);
    }

    fn visit_trait_item_fn_mut(&mut self, function: &mut TraitItemFn) {
        let TraitItemFn { attrs, sig, default, .. } = function;
        if let Some(block) = default {
            self.function(attrs, sig, block);
        }
    }

    fn visit_impl_item_const_mut(&mut self, _: &mut syn::ImplItemConst) {}
    fn visit_type_mut(&mut self, _: &mut Type) {}
    fn visit_pat_mut(&mut self, _: &mut Pat) {}
    fn visit_generic_argument_mut(&mut self, _: &mut syn::GenericArgument) {}
    fn visit_attribute_mut(&mut self, _: &mut Attribute) {}

    fn visit_block_mut(&mut self, block: &mut Block) {
        let before: Vec<_> = block.stmts.iter().map(|it| (short(it), it.span().start().line)).collect();
        visit_mut::visit_block_mut(self, block);
        for (statement, (before, line)) in block.stmts.iter_mut().zip(before) {
            self.line = line;
            let Stmt::Expr(expr, Some(_)) = statement else { continue };
            let can_go = match expr {
                Expr::MethodCall(_) | Expr::Call(_) | Expr::Try(_) => true,
                Expr::Assign(assign) => !matches!(*assign.left, Expr::Path(_)),
                Expr::Binary(binary) => {
                    matches!(binary.op, BinOp::AddAssign(_) | BinOp::SubAssign(_) | BinOp::BitOrAssign(_))
                }
                _ => false,
            };
            if can_go {
                let chosen = self.mutant(format!("without {before}"));
                *statement = parse_quote!(if !#chosen { #expr; });
            }
        }
    }

    fn visit_arm_mut(&mut self, arm: &mut Arm) {
        let before = arm.guard.as_ref().map(|(_, guard)| (short(guard), guard.span().start().line));
        visit_mut::visit_arm_mut(self, arm);
        let Some((before, line)) = before else { return };
        self.line = line;
        if let Some((_, guard)) = &mut arm.guard
            && is_plain(guard)
        {
            self.opposite(guard, format!("not {before}"));
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        let (before, line) = (short(expr), expr.span().start().line);
        // Whether the condition of a branch is changed by nothing else is seen before it is changed.
        let condition = match expr {
            Expr::If(branch) if is_plain(&branch.cond) => Some(short(&branch.cond)),
            _ => None,
        };
        let question = is_question(expr);
        match expr {
            Expr::Const(_) => return,
            Expr::Reference(reference) if is_constant(&reference.expr) => return,
            Expr::Repeat(repeat) => return self.visit_expr_mut(&mut repeat.expr),
            _ => visit_mut::visit_expr_mut(self, expr),
        }
        self.line = line;
        match expr {
            Expr::Binary(_) => self.binary(expr, &before),
            Expr::If(branch) => {
                if let Some(condition) = condition {
                    self.opposite(&mut branch.cond, format!("not {condition}"));
                }
            }
            Expr::Lit(literal) => {
                let Lit::Int(number) = &literal.lit else { return };
                let Ok(value) = number.base10_parse::<u128>() else { return };
                let other = syn::LitInt::new(&format!("{}{}", value ^ 1, number.suffix()), number.span());
                let chosen = self.mutant(format!("{other} for {before}"));
                *expr = parse_quote!((if #chosen { #other } else { #expr }));
            }
            _ if question => self.opposite(expr, format!("not {before}")),
            _ => {}
        }
    }
}

/// The text of a file with all of its mutants.
///
/// # Errors
/// It cannot be read as Rust.
pub fn mutated(file: &str, text: &str, mutants: &mut Vec<Mutant>) -> syn::Result<String> {
    let mut tree = syn::parse_file(text)?;
    Mutator::new(file, mutants).visit_file_mut(&mut tree);
    Ok(quote!(#tree).to_string())
}
