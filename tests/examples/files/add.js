function add(a, b) {
    
}

console.log(add(1, 2));
