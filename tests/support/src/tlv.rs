//! The values of a certificate or revocation list as a tree, every way in which one of them can leave the grammar of
//! RFC 5280, and the tree in octets again. What it knows of the grammar is written here by hand, independent of the
//! validator's tables.

/// One DER value of these parts.
#[must_use]
pub fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length: Vec<u8> = content.len().to_be_bytes().into_iter().skip_while(|&octet| octet == 0).collect();
    let head = match content.len() {
        short @ 0..=0x7f => vec![tag, short as u8],
        _ => [&[tag, 0x80 | length.len() as u8], length.as_slice()].concat(),
    };
    [head, content].concat()
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Identifier octet.
    pub tag: u8,
    /// What it holds.
    pub body: Body,
}

/// What a value holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Octets of a primitive value, or of one that is opaque.
    Octets(Vec<u8>),
    /// Other values: of a constructed value, and of an extension's OCTET STRING.
    Nodes(Vec<Node>),
}

/// One departure from the grammar at one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edit {
    /// Another class, or constructed for primitive: these bits of the identifier octet are flipped.
    Tag(u8),
    /// A FALSE before the child of this index: one element too many, or a default value written out.
    Insert(usize),
    /// The BOOLEAN is FALSE, which is the default wherever there is one.
    False,
    /// The object identifier begins with a zero.
    Pad,
    /// The object identifier ends within a number.
    Cut,
    /// The object identifier is empty.
    Empty,
    /// Two elements of a SET OF change places.
    Swap(usize),
    /// The child of this index, which must be there, is missing.
    Drop(usize),
}

impl Edit {
    /// The kind of departure, whatever its place.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Tag(0x20) => "form of the tag",
            Self::Tag(_) => "class of the tag",
            Self::Insert(_) => "surplus element",
            Self::False => "default written out",
            Self::Pad => "padded identifier",
            Self::Cut => "identifier cut off",
            Self::Empty => "empty identifier",
            Self::Swap(_) => "order of a set",
            Self::Drop(_) => "missing element",
        }
    }
}

const OID: u8 = 0x06;
const OCTETS: u8 = 0x04;
const SET: u8 = 0x31;
const SEQUENCE: u8 = 0x30;
/// 2.5.29.19.
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];

impl Node {
    /// The tree of one DER value, extensions of RFC 5280 opened; none if it is not DER.
    #[must_use]
    pub fn parse(der: &[u8]) -> Option<Self> {
        let (node, rest) = Self::first(der)?;
        rest.is_empty().then_some(node)
    }

    fn first(der: &[u8]) -> Option<(Self, &[u8])> {
        let (length, start) = match *der.get(1)? {
            short @ 0..=0x7f => (usize::from(short), 2),
            long => {
                let end = 2 + usize::from(long & 0x7f);
                let octets = der.get(2..end)?;
                (octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet)), end)
            }
        };
        let (content, rest) = der[start..].split_at_checked(length)?;
        let body = if der[0] & 0x20 == 0 { Body::Octets(content.to_vec()) } else { Body::Nodes(Self::all(content)?) };
        Some((Self { tag: der[0], body }, rest))
    }

    fn all(mut der: &[u8]) -> Option<Vec<Self>> {
        let mut nodes: Vec<Self> = Vec::new();
        while !der.is_empty() {
            let (mut node, rest) = Self::first(der)?;
            let identifier = nodes.first().and_then(Self::octets).unwrap_or_default();
            if let (OCTETS, Body::Octets(value), true) = (node.tag, &node.body, is_described(identifier)) {
                node.body = Body::Nodes(Self::all(value)?);
            }
            nodes.push(node);
            der = rest;
        }
        Some(nodes)
    }

    /// DER, whatever the tree is like.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let content = match &self.body {
            Body::Octets(octets) => octets.clone(),
            Body::Nodes(nodes) => nodes.iter().flat_map(Self::encode).collect(),
        };
        der(self.tag, &[&content])
    }

    /// The values inside; none for octets.
    #[must_use]
    pub fn nodes(&self) -> &[Self] {
        match &self.body {
            Body::Nodes(nodes) => nodes,
            Body::Octets(_) => &[],
        }
    }

    /// The values inside, to be changed.
    ///
    /// # Panics
    /// If it holds octets.
    pub fn nodes_mut(&mut self) -> &mut Vec<Self> {
        match &mut self.body {
            Body::Nodes(nodes) => nodes,
            Body::Octets(_) => panic!("tag {:02x} holds octets", self.tag),
        }
    }

    fn octets(&self) -> Option<&[u8]> {
        match &self.body {
            Body::Octets(octets) => Some(octets),
            Body::Nodes(_) => None,
        }
    }

    fn at_mut(&mut self, path: &[usize]) -> &mut Self {
        path.iter().fold(self, |node, &index| &mut node.nodes_mut()[index])
    }

    /// The tree with one value changed.
    ///
    /// # Panics
    /// If there is no such value.
    #[must_use]
    pub fn with(&self, path: &[usize], edit: Edit) -> Self {
        let mut tree = self.clone();
        let node = tree.at_mut(path);
        match edit {
            Edit::Tag(bits) => node.tag ^= bits,
            Edit::Insert(index) => node.nodes_mut().insert(index, Self { tag: 0x01, body: Body::Octets(vec![0]) }),
            Edit::False => node.body = Body::Octets(vec![0]),
            Edit::Swap(index) => node.nodes_mut().swap(index, index + 1),
            Edit::Drop(index) => drop(node.nodes_mut().remove(index)),
            Edit::Pad | Edit::Cut | Edit::Empty => {
                let Body::Octets(octets) = &mut node.body else { panic!("no identifier") };
                match edit {
                    Edit::Pad => octets.insert(0, 0x80),
                    Edit::Cut => octets.extend([0x81]),
                    _ => octets.clear(),
                }
            }
        }
        tree
    }

    /// Every departure at every value: where, and which.
    #[must_use]
    pub fn departures(&self) -> Vec<(Vec<usize>, Edit)> {
        let mut all = Vec::new();
        self.collect(&mut Vec::new(), &mut all);
        all
    }

    fn collect(&self, path: &mut Vec<usize>, all: &mut Vec<(Vec<usize>, Edit)>) {
        all.extend([0x40, 0x80, 0xc0, 0x20].map(|bits| (path.clone(), Edit::Tag(bits))));
        match (&self.body, self.tag) {
            (Body::Octets(_), OID) => {
                all.extend([Edit::Pad, Edit::Cut, Edit::Empty].map(|edit| (path.clone(), edit)));
            }
            (Body::Octets(octets), 0x01) if octets == &[0xff] => all.push((path.clone(), Edit::False)),
            (Body::Octets(_), _) => {}
            (Body::Nodes(nodes), tag) => {
                all.extend((0..=nodes.len()).map(|index| (path.clone(), Edit::Insert(index))));
                let required = (0..nodes.len()).filter(|&index| self.requires(index, path.len()));
                all.extend(required.map(|index| (path.clone(), Edit::Drop(index))));
                if tag == SET {
                    let pairs = nodes.windows(2).enumerate().filter(|(_, pair)| pair[0] != pair[1]);
                    all.extend(pairs.map(|(index, _)| (path.clone(), Edit::Swap(index))));
                }
                for (index, node) in nodes.iter().enumerate() {
                    path.push(index);
                    node.collect(path, all);
                    path.pop();
                }
                if nodes.first().and_then(Self::octets) == Some(BASIC_CONSTRAINTS) {
                    // That somebody is no authority may be written out.
                    let inside = |at: &[usize]| at.len() > path.len() + 1 && at.starts_with(path);
                    all.retain(|(at, edit)| !inside(at) || !matches!(edit, Edit::False | Edit::Insert(0)));
                }
            }
        }
    }

    /// Whether the child must be there; false where that depends on more than what stands here.
    fn requires(&self, child: usize, depth: usize) -> bool {
        let nodes = self.nodes();
        // Certificate and CertificateList.
        if depth == 0 {
            return true;
        }
        if nodes[child].tag == OID {
            return nodes.len() == 1 || nodes.iter().any(|node| node.tag != OID) || self.tag != SEQUENCE;
        }
        // An extension without its value, a tagged field or a set without its content.
        nodes[child].tag == OCTETS && nodes.first().is_some_and(|first| first.tag == OID)
            || nodes.len() == 1 && (self.tag == SET || self.tag & 0xe0 == 0xa0)
    }
}

/// Extensions that RFC 5280 describes: id-ce and id-pe.
fn is_described(identifier: &[u8]) -> bool {
    const CE: [u8; 19] = [9, 15, 17, 18, 19, 20, 21, 24, 27, 28, 29, 30, 31, 32, 33, 35, 36, 37, 46];
    matches!(identifier, [0x55, 0x1d, arc] if CE.contains(arc) || matches!(arc, 14 | 16 | 54))
        || matches!(identifier, [0x2b, 6, 1, 5, 5, 7, 1, 1 | 11])
}
